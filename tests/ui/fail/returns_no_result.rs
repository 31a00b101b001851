//! An actor can fail, and its answer says so.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit")]
async fn audit(event: Event) -> Vec<Event> {
    vec![event]
}

fn main() {}
