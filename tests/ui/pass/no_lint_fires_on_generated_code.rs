//! Generated code passes the lints a careful crate turns on.

#![deny(
    dead_code,
    missing_debug_implementations,
    missing_docs,
    non_camel_case_types,
    rust_2018_idioms,
    unreachable_pub,
    unused,
    unused_qualifications
)]
#![forbid(unsafe_code)]

use beehive_core::prelude::*;

/// A body.
#[derive(Debug, Serialize, Deserialize, EventBody)]
#[event(subject = order)]
pub struct OrderAccepted {
    /// Its order.
    pub order: String,
}

/// Counts the orders.
#[actor(
    "OrderAccepted-Count",
    parallelism = 2,
    lease = "1m",
    emits(OrderAccepted)
)]
pub async fn count(
    accepted: OrderAccepted,
    stock: &Counter,
    other: Counter,
) -> Result<Vec<Event>, ActorError> {
    let _ = (accepted.order, stock, other);
    Ok(Vec::new())
}

/// Prints the order.
#[actor("OrderAccepted-Print", blocking)]
pub fn print(accepted: OrderAccepted) -> Result<(), ActorError> {
    drop(accepted);
    Ok(())
}

/// Checks the stock.
#[pulser("StockCheckDue", every = "5m")]
pub async fn check_stock(stock: &Counter) -> Vec<Event> {
    let _ = stock;
    Vec::new()
}

fn main() {}
