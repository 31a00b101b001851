//! Releasing: puts back what a cancelled order had set aside (compensation).

use beehive_core::prelude::*;

use crate::{
    domain::CancelReason,
    events::{OrderCancelled, ProductArrivedBackInStock},
    state::{Orders, Parking, Stock},
};

/// Puts back the items of a cancelled order, once, and lets it wait for nothing.
#[derive(Debug)]
#[actor("OrderCancelled-ReleaseStock", emits(ProductArrivedBackInStock))]
pub struct ReleaseStock {
    orders: Orders,
    stock: Stock,
    parking: Parking,
}

#[async_trait]
impl ProcessorActor for ReleaseStock {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let OrderCancelled { order, reason } = event.body()?;
        // Nothing is set aside for an order before it is paid.
        if reason == CancelReason::PaymentFailed {
            return Ok(Vec::new());
        }
        let record = self.orders.get(order).await?;
        let mut announced = Vec::new();
        for line in &record.order.lines {
            let product = line.product;
            self.stock.put_back(order, product, line.quantity).await?;
            self.parking.leave(product, order).await?;
            announced.push(Event::of(&ProductArrivedBackInStock {
                product,
                delivery: None,
            })?);
        }
        self.orders.mark_released(order).await?;
        Ok(announced)
    }
}
