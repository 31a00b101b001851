//! Payment: charges the customer.

use std::sync::Arc;

use beehive_core::prelude::*;

use crate::{
    events::{OrderAccepted, PaymentAuthorised, PaymentFailed},
    outside::PaymentGateway,
    state::Orders,
    verdict::PaymentVerdict,
};

/// Charges the customer for an order, once: the order is the key.
#[derive(Debug)]
#[actor("OrderAccepted-Payment", emits(PaymentAuthorised, PaymentFailed))]
pub struct AuthorisePayment {
    orders: Orders,
    gateway: Arc<dyn PaymentGateway>,
}

#[async_trait]
impl ProcessorActor for AuthorisePayment {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let OrderAccepted { order } = event.body()?;
        let total = self.orders.get(order).await?.order.total;
        let verdict = self
            .gateway
            .charge(&order.to_string(), order, total)
            .await?;
        let announced = match verdict {
            PaymentVerdict::Authorised => Event::of(&PaymentAuthorised { order })?,
            PaymentVerdict::Declined => Event::of(&PaymentFailed { order })?,
        };
        Ok(vec![announced])
    }
}
