//! A misspelt argument.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit", paralelism = 2)]
async fn audit(_event: Event) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
