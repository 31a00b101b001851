//! A function is async and says that it blocks.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit", blocking)]
async fn audit(_event: Event) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
