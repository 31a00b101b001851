//! What the older version does otherwise: it reads orders as they were written then.

use std::sync::Arc;

use beehive_core::prelude::*;
use beehive_core::testing::Faults;

use super::actors::{once, requests};
use super::events::{Doom, ItemRequested};

/// An order, as this version knows it.
#[derive(Serialize, Deserialize, EventBody)]
#[event(type = "OrderPlaced")]
pub(super) struct OlderOrderPlaced {
    order: String,
    items: u32,
    doom: Option<Doom>,
    payment: OlderPayment,
}

#[derive(Serialize, Deserialize)]
enum OlderPayment {
    Card,
}

#[actor("OrderPlaced-Scatter", emits(ItemRequested))]
pub(super) async fn scatter(
    placed: OlderOrderPlaced,
    process: Arc<Faults>,
) -> Result<Vec<Event>, ActorError> {
    requests(&placed.order, placed.items, placed.doom, &process).await
}

#[actor("OrderPlaced-Audit")]
pub(super) async fn audit(placed: OlderOrderPlaced, counter: Counter) -> Result<(), ActorError> {
    once(&counter, "audited", &placed.order).await
}
