//! What an actor keeps is used by many events at one time.

use beehive_core::prelude::*;

use std::sync::Arc;

trait PaymentGateway {}

#[actor("OrderAccepted-Payment")]
async fn authorise(_event: Event, _gateway: &Arc<dyn PaymentGateway>) -> Result<(), ActorError> {
    Ok(())
}

fn main() {}
