//! Goods that are missing.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{OrderId, ProductId};

/// Names one shortage: the item (a product of an order) that found the shelf empty, and how often
/// goods bought for it went to someone else before.
///
/// Each shortage is met by one delivery of the supplier, and both share this name. It reads
/// `s1-0000042/product-0007/0`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Shortage {
    /// The order that waits.
    pub order: OrderId,
    /// The product it waits for.
    pub product: ProductId,
    /// Zero the first time; one more each time the goods were gone when they reached the item.
    pub round: u32,
}

impl Shortage {
    /// A thousand times what is needed is more than any run's other customers take.
    const DOUBLINGS_MAX: u32 = 10;

    /// The item's first shortage.
    pub const fn first(order: OrderId, product: ProductId) -> Self {
        Self {
            order,
            product,
            round: 0,
        }
    }

    /// How many units to buy for an item that needs `needed`: twice as many each round.
    ///
    /// Others may empty the shelf before the goods reach the item, yet they cannot do so for long:
    /// the rounds of an item grow with the logarithm of what all others want.
    pub fn quantity_to_buy(self, needed: u32) -> u32 {
        needed.saturating_mul(1 << self.round.min(Self::DOUBLINGS_MAX))
    }

    /// The shortage that follows when this one's delivery did not reach the item.
    #[must_use]
    pub const fn next(self) -> Self {
        Self {
            round: self.round + 1,
            ..self
        }
    }
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.order, self.product, self.round)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Seed;

    #[test]
    fn each_round_buys_twice_as_much_up_to_a_limit() {
        let first = Shortage::first(OrderId::new(Seed::new(1), 42), ProductId::new(7));
        assert_eq!(first.to_string(), "s1-0000042/product-0007/0");
        assert_eq!(first.quantity_to_buy(3), 3);
        assert_eq!(first.next().next().quantity_to_buy(3), 12);
        assert_eq!(
            Shortage { round: 99, ..first }.quantity_to_buy(3),
            3 * 1_024
        );
    }
}
