//! Fields need no names, and there need be none.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Count")]
struct Count(Counter);

#[async_trait]
impl ProcessorActor for Count {
    async fn process(&self, _event: Event) -> Result<Vec<Event>, ActorError> {
        let _ = &self.0;
        Ok(Vec::new())
    }
}

#[actor("Trace-Trace")]
struct Trace;

#[async_trait]
impl ProcessorActor for Trace {
    async fn process(&self, _event: Event) -> Result<Vec<Event>, ActorError> {
        Ok(Vec::new())
    }
}

fn main() {}
