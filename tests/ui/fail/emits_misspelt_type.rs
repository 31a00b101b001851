//! A misspelt event is found where it stands.

use beehive_core::prelude::*;

#[derive(Serialize, Deserialize, EventBody)]
struct OrderAccepted {
    order: String,
}

#[actor("OrderAccepted-Audit", emits(OrderAcepted))]
async fn audit(_event: Event) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
