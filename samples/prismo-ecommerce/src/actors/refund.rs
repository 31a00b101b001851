//! Refunding: gives back what a cancelled order was charged.

use std::sync::Arc;

use beehive_core::prelude::*;

use crate::{
    events::{OrderCancelled, PaymentRefunded},
    outside::PaymentGateway,
};

/// Pays back what was charged for an order, once: the order is the key. Nothing follows if nothing
/// was charged.
///
/// # Errors
/// When the gateway does not answer.
#[actor("OrderCancelled-Refund", emits(PaymentRefunded))]
pub async fn refund_payment(
    OrderCancelled { order, .. }: OrderCancelled,
    gateway: &Arc<dyn PaymentGateway>,
) -> Result<Option<Event>, ActorError> {
    let Some(amount) = gateway.refund(&order.to_string()).await? else {
        return Ok(None);
    };
    Ok(Some(Event::of(&PaymentRefunded { order, amount })?))
}
