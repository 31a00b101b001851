//! Inventory: sets the items of a paid order aside.

use beehive_core::prelude::*;

use super::about_item;
use crate::{
    domain::{OrderId, OrderLine, Shortage, Status},
    events::{ItemParked, ItemReserved, PaymentAuthorised, ProductOutOfStock},
    state::{Orders, Parking, Stock, Taking},
};

/// Takes each item of an order from the shelf (scatter), or lets the order wait for it.
#[derive(Debug)]
#[actor(
    "PaymentAuthorised-Inventory",
    emits(ItemReserved, ItemParked, ProductOutOfStock)
)]
pub struct ReserveItems {
    orders: Orders,
    stock: Stock,
    parking: Parking,
}

#[async_trait]
impl ProcessorActor for ReserveItems {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let PaymentAuthorised { order } = event.body()?;
        let record = self.orders.get(order).await?;
        // Saves work only: the order may be cancelled at any moment from here on.
        if matches!(record.status, Status::Cancelled(_)) {
            return Ok(Vec::new());
        }
        let (mut announced, mut parked) = (Vec::new(), Vec::new());
        for line in &record.order.lines {
            if self.reserve(order, line).await? {
                announced.push(reserved(order, line)?);
            } else {
                announced.extend(short(order, line)?);
                parked.push(line.product);
            }
        }
        if !parked.is_empty() {
            self.orders.mark_backordered(order, &parked).await?;
        }
        Ok(announced)
    }
}

impl ReserveItems {
    /// Says whether the order has the item; otherwise it waits for it.
    ///
    /// It looks at the shelf again once it waits. Goods may arrive between the first look and the
    /// waiting, from a delivery that finds nobody waiting; as deliveries are put on the shelf before
    /// anyone looks who waits, either they find the order or the order finds them.
    async fn reserve(&self, order: OrderId, line: &OrderLine) -> Result<bool, ActorError> {
        if self.take(order, line).await? {
            return Ok(true);
        }
        self.parking.enter(line.product, order).await?;
        self.take(order, line).await
    }

    async fn take(&self, order: OrderId, line: &OrderLine) -> Result<bool, ActorError> {
        let taking = self.stock.take(order, line.product, line.quantity).await?;
        Ok(taking != Taking::TooFew)
    }
}

fn reserved(order: OrderId, line: &OrderLine) -> Result<Event, ActorError> {
    let product = line.product;
    Ok(about_item(
        &ItemReserved { order, product },
        order,
        product,
    )?)
}

fn short(order: OrderId, line: &OrderLine) -> Result<[Event; 2], ActorError> {
    let product = line.product;
    let out_of_stock = ProductOutOfStock {
        shortage: Shortage::first(order, product),
        quantity: line.quantity,
    };
    Ok([
        about_item(&ItemParked { order, product }, order, product)?,
        about_item(&out_of_stock, order, product)?,
    ])
}
