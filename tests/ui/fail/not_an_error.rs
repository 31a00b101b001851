//! What an actor fails with is not an error.

use beehive_core::prelude::*;

struct Failed;

#[actor("OrderAccepted-Audit")]
async fn audit(_event: Event) -> Result<(), Failed> {
    Ok(())
}

fn main() {}
