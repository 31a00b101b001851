//! An actor cannot read a topic.

use beehive_core::prelude::*;

#[actor("OrderAccepted-")]
async fn audit(_event: Event) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
