//! An actor processes an event.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit")]
async fn audit() -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
