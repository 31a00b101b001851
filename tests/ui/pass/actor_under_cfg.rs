//! What is configured away takes the generated code with it.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit")]
#[cfg(any())]
async fn audit(_event: NoSuchType) -> Result<(), ActorError> {
    Ok(())
}

#[actor("OrderAccepted-Archive")]
struct Archive {
    #[cfg(any())]
    gone: NoSuchType,
    stock: Counter,
}

#[async_trait]
impl ProcessorActor for Archive {
    async fn process(&self, _event: Event) -> Result<Vec<Event>, ActorError> {
        let _ = &self.stock;
        Ok(Vec::new())
    }
}

fn main() {}
