//! What is known about a run's orders and products.

use crate::domain::{Money, ProductId, Status};

/// What the stores and ledgers say about one order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct OrderFacts {
    /// Where it stands.
    pub status: Status,
    /// How often it was charged.
    pub charges: usize,
    /// How often a charge was paid back.
    pub refunds: usize,
    /// How many parcels the carrier took.
    pub shipments: usize,
    /// How many confirmations were mailed.
    pub emails: usize,
    /// The total of each of its invoices.
    pub invoices: Vec<Money>,
    /// How many of its items had to wait for the supplier.
    pub parked_items: usize,
}

/// The stock figures of one product.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProductStock {
    /// The product.
    pub product: ProductId,
    /// Units on the shelf before the first order.
    pub initial: i64,
    /// Units that came from the supplier.
    pub replenished: i64,
    /// Units on the shelf now.
    pub remaining: i64,
}
