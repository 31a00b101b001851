//! Cancelling: gives up what cannot be paid or should not be.

use beehive_core::prelude::*;

use crate::{
    domain::{CancelReason, Status},
    events::{FraudCheckFailed, OrderCancelled, PaymentFailed},
    state::Orders,
};

/// Cancels an order for one of two reasons.
#[derive(Debug)]
#[actor("PaymentFailed-CancelOrder", emits(OrderCancelled))]
#[actor("FraudCheckFailed-CancelOrder", emits(OrderCancelled))]
pub struct CancelOrder {
    orders: Orders,
}

#[async_trait]
impl ProcessorActor for CancelOrder {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let (order, reason) = if event.event_type() == PaymentFailed::TYPE {
            let PaymentFailed { order } = event.body()?;
            (order, CancelReason::PaymentFailed)
        } else {
            let FraudCheckFailed { order } = event.body()?;
            (order, CancelReason::Fraud)
        };
        match self.orders.cancel(order, reason).await?.status {
            Status::Cancelled(reason) => Ok(vec![Event::of(&OrderCancelled { order, reason })?]),
            status => Err(ActorError::terminal(format!(
                "order {order} cannot be cancelled for {reason}: it is {status}"
            ))),
        }
    }
}
