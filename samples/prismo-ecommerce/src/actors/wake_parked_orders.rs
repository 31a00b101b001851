//! Waking: gives arrived goods to the orders that wait for them.

use beehive_core::prelude::*;

use super::about_item;
use crate::{
    domain::{OrderId, ProductId, Status},
    events::{Delivery, ItemReserved, ProductArrivedBackInStock, ProductOutOfStock},
    state::{OrderRecord, Orders, Parking, Stock, Taking},
};

/// Puts a delivery on the shelf, then reserves for the orders that wait, first come first served.
///
/// An order leaves the parking when its item is gathered, and not before: until then every delivery
/// comes across it. So that its item is announced about once and not by each of them, a delivery
/// speaks for the items it takes, and for the one it was bought for, whoever took that. The second
/// makes up for a run that was cut off between taking and announcing: there is a delivery on its way
/// for every item that waits.
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
        let bought_for = delivery.as_ref().map(|delivery| delivery.shortage.order);
        let served = self.serve(product, bought_for).await?;
        let mut announced = served
            .iter()
            .map(|&order| about_item(&ItemReserved { order, product }, order, product))
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(delivery) = delivery
            && !served.contains(&delivery.shortage.order)
        {
            announced.extend(self.still_short(&delivery).await?);
        }
        Ok(announced)
    }
}

impl WakeParkedOrders {
    /// Takes for one order after the other, up to the first for which too few units are left.
    /// Returns the orders to speak for.
    async fn serve(
        &self,
        product: ProductId,
        bought_for: Option<OrderId>,
    ) -> Result<Vec<OrderId>, ActorError> {
        /// A delivery is a pack, which few orders share.
        const PAGE: usize = 16;
        let (mut served, mut page) = (Vec::new(), PageRequest::first(PAGE));
        loop {
            let waiting = self.parking.waiting(product, &page).await?;
            for order in waiting.items {
                let record = self.orders.get(order).await?;
                if record.status != Status::Placed {
                    // It needs nothing more. A worker that was thought dead let it wait again.
                    self.parking.leave(product, order).await?;
                    continue;
                }
                let quantity = quantity(&record, product)?;
                match self.stock.take(order, product, quantity).await? {
                    Taking::Now => served.push(order),
                    Taking::Before if bought_for == Some(order) => served.push(order),
                    Taking::Before => {}
                    Taking::TooFew => return Ok(served),
                }
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
            quantity: quantity(&self.orders.get(order).await?, product)?,
        };
        Ok(Some(about_item(&again, order, product)?))
    }
}

fn quantity(record: &OrderRecord, product: ProductId) -> Result<u32, ActorError> {
    let order = &record.order;
    let line = order.line(product).ok_or_else(|| {
        ActorError::terminal(format!(
            "order {} waits for {product}, which it did not order",
            order.id
        ))
    })?;
    Ok(line.quantity)
}
