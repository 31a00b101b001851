//! A growing interval needs a step and a limit.

use beehive_core::prelude::*;

#[pulser("Tick", every = "1s", growth = increasing(pace = "1s"))]
fn tick() {}

fn main() {}
