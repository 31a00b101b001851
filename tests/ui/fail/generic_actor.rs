//! The hive cannot choose a type parameter.

use beehive_core::prelude::*;

#[actor("OrderAccepted-Audit")]
struct Audit<T>(T);

fn main() {}
