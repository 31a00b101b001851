//! What the newer version does otherwise: it reads orders that are paid by voucher, and rates.

use std::sync::Arc;

use beehive_core::prelude::*;
use beehive_core::testing::Faults;

use super::actors::{once, requests};
use super::events::{ItemRequested, OrderPlaced, OrderRated, OrderShipped};

#[actor("OrderPlaced-Scatter", emits(ItemRequested))]
pub(super) async fn scatter(
    placed: OrderPlaced,
    process: Arc<Faults>,
) -> Result<Vec<Event>, ActorError> {
    requests(&placed.order, placed.items, placed.doom, &process).await
}

/// A second reader of the same topic.
#[actor("OrderPlaced-Audit")]
pub(super) async fn audit(placed: OrderPlaced, counter: Counter) -> Result<(), ActorError> {
    once(&counter, "audited", &placed.order).await
}

/// Reads what the older version announces too, and announces what that has never heard of.
#[actor("OrderShipped-Rate", emits(OrderRated))]
pub(super) async fn rate(shipped: OrderShipped) -> Result<Event, ActorError> {
    let order = shipped.order;
    Ok(Event::of(&OrderRated { order })?)
}

#[actor("OrderRated-Publish")]
pub(super) async fn publish(rated: OrderRated, counter: Counter) -> Result<(), ActorError> {
    once(&counter, "rated", &rated.order).await
}
