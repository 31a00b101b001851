//! A word is neither a subscription nor a simple queue.

use beehive_core::prelude::*;

#[actor("OrderAccepted")]
async fn audit(_event: Event) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
