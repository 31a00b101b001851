//! The hive is given a type that no attribute declared.

use beehive_core::prelude::*;

struct Tick;

#[async_trait]
impl Pulse for Tick {
    async fn pulse(&self) -> Result<Vec<Event>, ActorError> {
        Ok(Vec::new())
    }
}

fn main() {
    drop(Hive::builder("shop").pulser::<Tick>());
}
