//! Fulfilment: ships what is paid, trusted and reserved.

use std::sync::Arc;

use beehive_core::prelude::*;

use crate::{
    domain::Status,
    events::{FraudCheckPassed, OrderInventoryCheckCompleted, OrderShipped},
    outside::Carrier,
    state::{Condition, Flags, Invoices, Orders},
};

/// Ships an order when both its goods and its payment are ready (gather of two), and never a
/// cancelled one.
#[derive(Debug)]
#[actor("OrderInventoryCheckCompleted-Fulfilment", emits(OrderShipped))]
#[actor("FraudCheckPassed-Fulfilment", emits(OrderShipped))]
pub struct FulfilOrder {
    orders: Orders,
    flags: Flags,
    invoices: Invoices,
    carrier: Arc<dyn Carrier>,
}

#[async_trait]
impl ProcessorActor for FulfilOrder {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let (order, condition) = if event.event_type() == FraudCheckPassed::TYPE {
            let FraudCheckPassed { order } = event.body()?;
            (order, Condition::PaymentTrusted)
        } else {
            let OrderInventoryCheckCompleted { order } = event.body()?;
            (order, Condition::GoodsReserved)
        };
        self.flags.fulfil(order, condition).await?;
        if !self.flags.is_ready(order).await? {
            return Ok(Vec::new());
        }
        let record = self.orders.ship(order).await?;
        if record.status != Status::Shipped {
            return Ok(Vec::new());
        }
        let shipped = OrderShipped {
            order,
            shipment: self.carrier.ship(order, &record.order.address).await?,
            invoice_url: self.invoices.write(&record.order).await?,
        };
        Ok(vec![Event::of(&shipped)?])
    }
}
