//! The orders customers will place.

use std::num::NonZeroU32;

use super::popularity::Popularity;
use super::{
    Address, Catalogue, Customer, Order, OrderId, OrderLine, PaymentMethod, ProductId, Seed,
};
use crate::draws::Draws;

const FIRST_NAMES: [&str; 12] = [
    "Ada", "Alan", "Barbara", "Edsger", "Frances", "Grace", "Ken", "Leslie", "Margaret", "Niklaus",
    "Radia", "Tony",
];
const LAST_NAMES: [&str; 12] = [
    "Berg", "Costa", "Dubois", "Evans", "Fischer", "Jansen", "Kowalska", "Moreau", "Novak",
    "Rossi", "Silva", "Weber",
];
const STREETS: [&str; 8] = [
    "Acacia Avenue",
    "Harbour Street",
    "Hive Lane",
    "Linden Road",
    "Market Square",
    "Mill Lane",
    "Orchard Way",
    "Station Road",
];
const CITIES: [&str; 8] = [
    "Aarhus", "Bologna", "Ghent", "Graz", "Leiden", "Lyon", "Porto", "Uppsala",
];

/// The largest quantity of one line.
const QUANTITY_MAX: u32 = 3;

/// Writes the orders of a run.
///
/// An order depends on the seed, its place and the number of products alone: it is the same whoever
/// asks for it, in whatever sequence, on whatever thread.
#[derive(Clone, Debug)]
pub struct Generator {
    seed: Seed,
    catalogue: Catalogue,
    popularity: Popularity,
}

impl Generator {
    /// The generator for a seed and this many products.
    pub fn new(seed: Seed, products: NonZeroU32) -> Self {
        let popularity = Popularity::new(products);
        let catalogue = Catalogue::with_popularity(seed, products, &popularity);
        Self {
            seed,
            catalogue,
            popularity,
        }
    }

    /// What the customers choose from.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The order at `place` of the run, counted from 1.
    pub fn order(&self, place: u32) -> Order {
        let id = OrderId::new(self.seed, place);
        let mut draws = Draws::new("order", self.seed, &id.to_string());
        let customer = customer(&mut draws);
        let address = address(&mut draws);
        let payment_method = draws.pick([
            PaymentMethod::Card,
            PaymentMethod::DirectDebit,
            PaymentMethod::Wallet,
        ]);
        let lines = self.lines(&mut draws);
        let total = lines.iter().map(OrderLine::total).sum();
        Order {
            id,
            customer,
            lines,
            total,
            payment_method,
            address,
        }
    }

    /// The first `count` orders of the run.
    pub fn orders(&self, count: u32) -> impl Iterator<Item = Order> {
        (1..=count).map(|place| self.order(place))
    }

    fn lines(&self, draws: &mut Draws) -> Vec<OrderLine> {
        let count = draws.between(1, Order::LINES_MAX) as usize;
        let products = self.popularity.draw(draws, count);
        products
            .into_iter()
            .filter_map(|product| self.line(draws, product))
            .collect()
    }

    fn line(&self, draws: &mut Draws, product: ProductId) -> Option<OrderLine> {
        let unit_price = self.catalogue.get(product)?.unit_price;
        Some(OrderLine {
            product,
            quantity: draws.between(1, QUANTITY_MAX),
            unit_price,
        })
    }
}

fn customer(draws: &mut Draws) -> Customer {
    let (first, last) = (draws.pick(FIRST_NAMES), draws.pick(LAST_NAMES));
    // The domain is reserved (RFC 2606), so nobody is ever written to by accident.
    let email = format!("{first}.{last}@example.com").to_lowercase();
    Customer {
        name: format!("{first} {last}"),
        email,
    }
}

fn address(draws: &mut Draws) -> Address {
    Address {
        street: format!("{} {}", draws.pick(STREETS), draws.between(1, 120)),
        postcode: format!("{:05}", draws.between(1_000, 99_999)),
        city: draws.pick(CITIES).to_owned(),
    }
}

#[cfg(test)]
mod tests;
