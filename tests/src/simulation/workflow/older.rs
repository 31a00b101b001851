//! What the older version does otherwise: it reads orders as they were written then.

use beehive_core::prelude::*;

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
pub(super) async fn scatter(placed: OlderOrderPlaced) -> Result<Vec<Event>, ActorError> {
    requests(&placed.order, placed.items, placed.doom)
}

#[actor("OrderPlaced-Audit")]
pub(super) async fn audit(placed: OlderOrderPlaced, counter: Counter) -> Result<(), ActorError> {
    once(&counter, "audited", &placed.order).await
}
