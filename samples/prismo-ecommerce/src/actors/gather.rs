//! Gathering: finds out when an order has all its items.

use beehive_core::prelude::*;

use crate::{
    events::{ItemReserved, OrderInventoryCheckCompleted},
    state::{Flags, Orders, Parking},
};

/// Raises an item's flag; the last flag completes the order.
#[derive(Debug)]
#[actor("ItemReserved-Gather", emits(OrderInventoryCheckCompleted))]
pub struct GatherItems {
    orders: Orders,
    flags: Flags,
    parking: Parking,
}

#[async_trait]
impl ProcessorActor for GatherItems {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let ItemReserved { order, product } = event.body()?;
        self.flags.reserve(order, product).await?;
        self.parking.leave(product, order).await?;
        let record = self.orders.get(order).await?;
        if !self.flags.is_reserved(&record.order).await? {
            return Ok(Vec::new());
        }
        Ok(vec![Event::of(&OrderInventoryCheckCompleted { order })?])
    }
}
