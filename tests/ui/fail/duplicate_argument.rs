//! An argument stands twice.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit", parallelism = 2, parallelism = 3)]
async fn audit(_event: Event) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
