//! The hive does not provide such a thing.

use beehive_core::prelude::*;

struct NotAService;

#[actor("OrderAccepted-Audit")]
struct Audit {
    nothing: NotAService,
}

#[async_trait]
impl ProcessorActor for Audit {
    async fn process(&self, _event: Event) -> Result<Vec<Event>, ActorError> {
        Ok(Vec::new())
    }
}

#[actor("OrderAccepted-Count")]
async fn count(_event: Event, _nothing: &NotAService) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
