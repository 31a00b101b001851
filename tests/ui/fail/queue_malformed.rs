//! The queue's name does not follow the grammar.

use beehive_core::prelude::*;

#[actor("Order Accepted-Audit")]
async fn audit(_event: Event) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
