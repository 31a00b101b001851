//! The first argument is not the body of an event.

use beehive_core::prelude::*;

struct OrderAccepted;

#[actor("OrderAccepted-Audit")]
async fn audit(_accepted: OrderAccepted) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
