//! Replenishing: buys what is missing.

use std::sync::Arc;

use beehive_core::prelude::*;

use crate::{
    events::{Delivery, ProductArrivedBackInStock, ProductOutOfStock},
    outside::Supplier,
};

/// Buys for a shortage, once: the shortage is the key. The arrival is announced now and delivered
/// when the goods are, so nobody waits in between.
///
/// # Errors
/// When the supplier does not answer.
#[actor("ProductOutOfStock-Replenish", emits(ProductArrivedBackInStock))]
pub async fn replenish_stock(
    ProductOutOfStock { shortage, quantity }: ProductOutOfStock,
    supplier: &Arc<dyn Supplier>,
) -> Result<Event, ActorError> {
    let quantity = shortage.quantity_to_buy(quantity);
    let promise = supplier
        .order(&shortage.to_string(), shortage.product, quantity)
        .await?;
    let arrival = ProductArrivedBackInStock {
        product: shortage.product,
        delivery: Some(Delivery {
            shortage,
            quantity: promise.quantity,
        }),
    };
    Ok(Event::of(&arrival)?.deliver_after(promise.delay))
}
