//! The struct does not pulse.

use beehive_core::prelude::*;

#[pulser("Tick", every = "1s")]
struct Tick;

fn main() {}
