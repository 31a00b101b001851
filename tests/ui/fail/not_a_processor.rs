//! The struct does not process events.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit")]
struct Audit;

fn main() {}
