//! An order as the customer placed it.

use serde::{Deserialize, Serialize};

use super::{Address, Customer, Money, OrderId, PaymentMethod, ProductId};

/// What a customer ordered; never changed once placed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Order {
    /// Its identity.
    pub id: OrderId,
    /// Who ordered.
    pub customer: Customer,
    /// One to five lines, each of another product, in catalogue order.
    pub lines: Vec<OrderLine>,
    /// What the customer pays: the sum of all lines.
    pub total: Money,
    /// How the customer pays.
    pub payment_method: PaymentMethod,
    /// Where the goods go.
    pub address: Address,
}

impl Order {
    /// The largest number of lines an order has.
    pub const LINES_MAX: u32 = 5;

    /// The line with this product, if the order has one.
    pub fn line(&self, product: ProductId) -> Option<&OrderLine> {
        self.lines.iter().find(|line| line.product == product)
    }
}

/// So many units of one product.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct OrderLine {
    /// The product.
    pub product: ProductId,
    /// How many units of it.
    pub quantity: u32,
    /// What one unit costs.
    pub unit_price: Money,
}

impl OrderLine {
    /// What the line costs.
    pub fn total(&self) -> Money {
        self.unit_price * self.quantity
    }
}
