//! No queue is named.

use beehive_core::prelude::*;

#[actor(parallelism = 2)]
async fn audit(_event: Event) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
