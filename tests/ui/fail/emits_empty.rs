//! An entry of `emits` names nothing.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit", emits(""))]
async fn audit(_event: Event) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
