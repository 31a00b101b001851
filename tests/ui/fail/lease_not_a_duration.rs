//! A number has no unit.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit", lease = 30, timeout = "soon")]
async fn audit(_event: Event) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
