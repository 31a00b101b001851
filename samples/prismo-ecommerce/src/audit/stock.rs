//! What must hold for every product.

use std::collections::{BTreeMap, BTreeSet};

use super::{OrderFacts, ProductStock};
use crate::domain::{Order, OrderId, ProductId, Status};

/// What is wrong with the stock.
pub(super) fn audit(
    placed: &[Order],
    facts: &BTreeMap<OrderId, OrderFacts>,
    stock: &[ProductStock],
) -> Vec<String> {
    let shipped = shipped_units(placed, facts);
    let mut violations: Vec<_> = stock
        .iter()
        .flat_map(|figures| product(figures, &shipped))
        .collect();
    let counted: BTreeSet<_> = stock.iter().map(|figures| figures.product).collect();
    let uncounted = shipped
        .iter()
        .filter(|(product, _)| !counted.contains(product));
    violations.extend(uncounted.map(|(product, units)| {
        format!("product {product} has no stock and {units} units of it were shipped")
    }));
    violations
}

fn product(figures: &ProductStock, shipped: &BTreeMap<ProductId, i64>) -> Vec<String> {
    let ProductStock {
        product,
        initial,
        replenished,
        remaining,
    } = figures;
    let shipped = shipped.get(product).copied().unwrap_or(0);
    let mut found = Vec::new();
    if initial + replenished != remaining + shipped {
        found.push(format!(
            "product {product} had {initial} units and got {replenished}, but {remaining} remain and {shipped} were shipped"
        ));
    }
    if *remaining < 0 {
        found.push(format!(
            "product {product} is oversold: {remaining} units remain"
        ));
    }
    found
}

fn shipped_units(
    placed: &[Order],
    facts: &BTreeMap<OrderId, OrderFacts>,
) -> BTreeMap<ProductId, i64> {
    let is_shipped = |order: &&Order| {
        facts
            .get(&order.id)
            .is_some_and(|facts| facts.status == Status::Shipped)
    };
    let mut units = BTreeMap::new();
    for line in placed
        .iter()
        .filter(is_shipped)
        .flat_map(|order| &order.lines)
    {
        *units.entry(line.product).or_default() += i64::from(line.quantity);
    }
    units
}
