//! No event has an actor's services for itself.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Count")]
async fn count(_event: Event, _stock: &mut Counter) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
