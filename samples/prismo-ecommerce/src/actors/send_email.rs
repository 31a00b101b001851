//! Confirming: tells the customer that the order is on its way.

use std::sync::Arc;

use beehive_core::prelude::*;

use crate::{
    events::{ConfirmationEmailSent, OrderShipped},
    outside::{Mailer, Message},
    state::Orders,
};

/// Writes one e-mail per order: the order is the key.
#[derive(Debug)]
#[actor("OrderShipped-SendEmail", emits(ConfirmationEmailSent))]
pub struct SendEmail {
    orders: Orders,
    mailer: Arc<dyn Mailer>,
}

#[async_trait]
impl ProcessorActor for SendEmail {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let shipped: OrderShipped = event.body()?;
        let order = shipped.order;
        let customer = self.orders.get(order).await?.order.customer;
        let text = format!(
            "Dear {},\n\nyour order {order} is on its way as {}.\nYour invoice: {}\n",
            customer.name, shipped.shipment, shipped.invoice_url
        );
        let message = Message {
            order,
            to: customer.email,
            subject: format!("Your order {order} is on its way"),
            text,
        };
        self.mailer.send(&order.to_string(), &message).await?;
        Ok(vec![Event::of(&ConfirmationEmailSent { order })?])
    }
}
