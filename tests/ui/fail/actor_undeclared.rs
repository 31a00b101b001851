//! The hive is given a type that no attribute declared.

use beehive_core::prelude::*;

struct Audit;

#[async_trait]
impl ProcessorActor for Audit {
    async fn process(&self, _event: Event) -> Result<Vec<Event>, ActorError> {
        Ok(Vec::new())
    }
}

fn main() {
    drop(Hive::builder("shop").actor::<Audit>());
}
