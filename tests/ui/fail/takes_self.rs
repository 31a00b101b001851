//! A method is not an actor.

use beehive_core::prelude::*;

struct Auditor;

impl Auditor {
    #[actor("OrderAccepted-Audit")]
    async fn audit(&self, _event: Event) -> Result<(), ActorError> {
        Ok(())
    }
}

fn main() {}
