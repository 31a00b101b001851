//! What is announced is not the body of an event.

use beehive_core::prelude::*;

struct OrderAudited;

#[actor("OrderAccepted-Audit", emits(OrderAudited))]
async fn audit(_event: Event) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
