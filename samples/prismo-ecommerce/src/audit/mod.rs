//! The proof that a run came out right.
//!
//! [`audit`] compares what was ordered with what the stores say was done about it, and finds a
//! sentence for everything that does not fit. It reads figures only, so it audits any backend's run
//! alike.

mod facts;
mod orders;
mod stock;

pub use self::facts::{OrderFacts, ProductStock};

use std::collections::BTreeMap;

use crate::domain::{Order, OrderId};

/// Everything that is wrong with a run; nothing, when all invariants hold.
///
/// - Every order placed is known, and shipped or cancelled, never both.
/// - It is charged at most once, and always before it is shipped; refunded exactly when charged and
///   cancelled.
/// - When shipped, it is shipped once, mailed once and has exactly one invoice, over what the order
///   costs; otherwise none of these.
/// - It ended as its [verdicts](crate::verdict::outcome) say.
/// - For every product, initial + replenished = remaining + shipped units, and remaining is not
///   negative.
pub fn audit(
    placed: &[Order],
    facts: &BTreeMap<OrderId, OrderFacts>,
    stock: &[ProductStock],
) -> Vec<String> {
    let mut violations = orders::audit(placed, facts);
    violations.extend(stock::audit(placed, facts, stock));
    violations
}

#[cfg(test)]
mod tests;
