//! A function neither is async nor says that it blocks.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit")]
fn audit(_event: Event) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
