//! The business steps, one file each, named like the subscription.
//!
//! Every step follows one rule: decide first, under a precondition; then act, under a key that says
//! what the action is about; then announce, whether or not it was this run that decided. So a step
//! may be cut off anywhere, run twice, or run at the same time as its own redelivery, and the orders
//! end the same. Nothing here hangs on the identity of an event.

mod cancel_order;
mod fraud_check;
mod fulfilment;
mod gather;
mod inventory;
mod payment;
mod refund;
mod release_stock;
mod replenish;
mod send_email;
mod tracing;
mod wake_parked_orders;

pub use self::{
    cancel_order::CancelOrder, fraud_check::check_fraud, fulfilment::FulfilOrder,
    gather::GatherItems, inventory::ReserveItems, payment::AuthorisePayment,
    refund::refund_payment, release_stock::ReleaseStock, replenish::replenish_stock,
    send_email::SendEmail, tracing::trace_events, wake_parked_orders::WakeParkedOrders,
};

use beehive_core::{Result, prelude::*};

use crate::domain::{OrderId, ProductId};

/// Where all actors are declared, for the hive to discover them.
pub const MODULE: &str = module_path!();

/// An event about one item of an order, from an actor whose answer may differ from run to run: two
/// runs that say the same about an item announce the same event.
fn about_item(body: &impl EventBody, order: OrderId, product: ProductId) -> Result<Event> {
    Ok(Event::of(body)?.with_key(format!("{order}/{product}")))
}

#[cfg(test)]
mod tests;
