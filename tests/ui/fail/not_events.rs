//! What an actor answers with is not events.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit")]
async fn audit(_event: Event) -> Result<u64, ActorError> {
    Ok(1)
}

fn main() {}
