//! Waking: gives arrived goods to the orders that wait for them.

use std::collections::BTreeSet;

use beehive_core::prelude::*;

use super::about_item;
use crate::{
    domain::{OrderId, ProductId},
    events::{Delivery, ItemReserved, ProductArrivedBackInStock, ProductOutOfStock},
    state::{Orders, Parking, Stock},
};

/// Puts a delivery on the shelf, then reserves for the orders that wait, first come first served.
#[derive(Debug)]
#[actor(
    "ProductArrivedBackInStock-WakeParkedOrders",
    emits(ItemReserved, ProductOutOfStock)
)]
pub struct WakeParkedOrders {
    orders: Orders,
    stock: Stock,
    parking: Parking,
}

#[async_trait]
impl ProcessorActor for WakeParkedOrders {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let ProductArrivedBackInStock { product, delivery } = event.body()?;
        if let Some(Delivery { shortage, quantity }) = &delivery {
            self.stock.receive(*shortage, *quantity).await?;
        }
        let served = self.serve(product).await?;
        let mut announced = served
            .iter()
            .map(|&order| about_item(&ItemReserved { order, product }, order, product))
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(delivery) = delivery
            && !served.contains(&delivery.shortage.order)
            && let Some(again) = self.still_short(&delivery).await?
        {
            announced.push(again);
        }
        Ok(announced)
    }
}

impl WakeParkedOrders {
    /// The orders that have their units now, up to the first for which too few are left.
    ///
    /// Whoever has them goes on waiting in the list until its item is gathered, which is how a run
    /// that is cut off here announces them the next time.
    async fn serve(&self, product: ProductId) -> Result<BTreeSet<OrderId>, ActorError> {
        /// A delivery is a pack, which few orders share.
        const PAGE: usize = 16;
        let (mut served, mut page) = (BTreeSet::new(), PageRequest::first(PAGE));
        loop {
            let waiting = self.parking.waiting(product, &page).await?;
            for order in waiting.items {
                let quantity = self.quantity(order, product).await?;
                if !self.stock.take(order, product, quantity).await? {
                    return Ok(served);
                }
                served.insert(order);
            }
            match waiting.next {
                Some(next) => page = page.starting_at(next),
                None => return Ok(served),
            }
        }
    }

    /// The shortage to announce if the item the delivery was bought for still waits: others were
    /// first.
    async fn still_short(&self, delivery: &Delivery) -> Result<Option<Event>, ActorError> {
        let (order, product) = (delivery.shortage.order, delivery.shortage.product);
        if !self.parking.contains(product, order).await? {
            return Ok(None);
        }
        let again = ProductOutOfStock {
            shortage: delivery.shortage.next(),
            quantity: self.quantity(order, product).await?,
        };
        Ok(Some(about_item(&again, order, product)?))
    }

    async fn quantity(&self, order: OrderId, product: ProductId) -> Result<u32, ActorError> {
        let record = self.orders.get(order).await?;
        let line = record.order.line(product);
        line.map(|line| line.quantity).ok_or_else(|| {
            ActorError::terminal(format!("order {order} waits for {product}, which it did not order"))
        })
    }
}
