//! An actor says whether it succeeded.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit")]
async fn audit(_event: Event) {}

fn main() {}
