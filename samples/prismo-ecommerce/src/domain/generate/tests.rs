//! Orders and products depend on the seed alone, and look like those of a shop.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

fn generator(seed: u64, products: u32) -> Generator {
    Generator::new(Seed::new(seed), NonZeroU32::new(products).unwrap())
}

#[test]
fn an_order_is_the_same_whoever_asks_and_in_whatever_sequence() {
    let forward: Vec<_> = generator(1, 50).orders(100).collect();
    let other = generator(1, 50);
    let mut backward: Vec<_> = (1..=100).rev().map(|place| other.order(place)).collect();
    backward.reverse();
    assert_eq!(forward, backward);
    assert_ne!(forward, generator(2, 50).orders(100).collect::<Vec<_>>());
}

#[test]
fn an_order_is_the_same_for_ever() {
    let order = generator(1, 50).order(42);
    let expected = concat!(
        r#"{"id":"s1-0000042","customer":{"name":"Grace Weber","email":"grace.weber@example.com"},"lines":["#,
        r#"{"product":"product-0001","quantity":2,"unit_price":8895},"#,
        r#"{"product":"product-0002","quantity":3,"unit_price":4695},"#,
        r#"{"product":"product-0003","quantity":2,"unit_price":2595},"#,
        r#"{"product":"product-0004","quantity":3,"unit_price":9295}],"total":64950,"payment_method":"wallet","#,
        r#""address":{"street":"Station Road 120","postcode":"03210","city":"Aarhus"}}"#,
    );
    assert_eq!(serde_json::to_string(&order).unwrap(), expected);
}

#[test]
fn an_order_survives_json() {
    for order in generator(3, 50).orders(50) {
        let json = serde_json::to_vec(&order).unwrap();
        assert_eq!(serde_json::from_slice::<Order>(&json).unwrap(), order);
    }
}

#[test]
fn orders_have_one_to_five_lines_of_different_products() {
    let mut counts = BTreeSet::new();
    for order in generator(1, 50).orders(1_000) {
        let products: BTreeSet<_> = order.lines.iter().map(|line| line.product).collect();
        assert_eq!(products.len(), order.lines.len(), "{order:?}");
        assert!(
            order
                .lines
                .iter()
                .all(|line| (1..=QUANTITY_MAX).contains(&line.quantity)),
            "{order:?}"
        );
        counts.insert(order.lines.len());
    }
    assert_eq!(counts, BTreeSet::from([1, 2, 3, 4, 5]));
}

#[test]
fn orders_never_have_more_lines_than_there_are_products() {
    for products in 1..=4 {
        let longest = generator(1, products)
            .orders(200)
            .map(|order| order.lines.len())
            .max();
        assert_eq!(longest, Some(products as usize));
    }
}

#[test]
fn the_total_is_what_the_lines_cost_at_catalogue_prices() {
    let generator = generator(1, 50);
    for order in generator.orders(200) {
        let price = |line: &OrderLine| generator.catalogue().get(line.product).unwrap().unit_price;
        assert_eq!(
            order.total,
            order
                .lines
                .iter()
                .map(|line| price(line) * line.quantity)
                .sum()
        );
    }
}

#[test]
fn a_visible_share_of_a_thousand_orders_finds_the_shelf_empty() {
    for seed in 1..=5 {
        let generator = generator(seed, 50);
        let stock = generator
            .catalogue()
            .products()
            .iter()
            .map(|product| (product.id, product.initial_stock));
        let mut stock: BTreeMap<_, _> = stock.collect();
        let mut short_by = |line: &OrderLine| {
            let left = stock.get_mut(&line.product).unwrap();
            let short = *left < line.quantity;
            *left -= if short { 0 } else { line.quantity };
            short
        };
        let short: Vec<bool> = generator
            .orders(1_000)
            .map(|order| order.lines.iter().filter(|line| short_by(line)).count() > 0)
            .collect();
        let count = |orders: &[bool]| orders.iter().filter(|short| **short).count();
        assert!(
            (200..=600).contains(&count(&short)),
            "{} of 1,000",
            count(&short)
        );
        assert!(
            count(&short[..200]) < 20,
            "{} of the first 200",
            count(&short[..200])
        );
    }
}
