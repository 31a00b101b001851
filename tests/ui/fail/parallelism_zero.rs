//! Nothing at a time is nothing at all.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit", parallelism = 0)]
async fn audit(_event: Event) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
