//! A stack names one queue twice.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit")]
#[actor("OrderAccepted-Audit")]
async fn audit(_event: Event) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
