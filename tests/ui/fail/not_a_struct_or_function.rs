//! An enum cannot be filled.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit")]
enum Audit {
    Full,
    Brief,
}

fn main() {}
