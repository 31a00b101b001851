//! The queue's name stands without quotes.

use beehive_core::prelude::*;

#[actor(OrderAccepted - Audit)]
async fn audit(_event: Event) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
