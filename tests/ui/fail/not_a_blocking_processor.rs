//! The struct says that it blocks, and is no blocking actor.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit", blocking)]
struct Audit;

#[async_trait]
impl ProcessorActor for Audit {
    async fn process(&self, _event: Event) -> Result<Vec<Event>, ActorError> {
        Ok(Vec::new())
    }
}

fn main() {}
