//! A pulser publishes to a topic.

use beehive_core::prelude::*;

#[pulser("Tick-Audit", every = "1s")]
fn tick() {}

fn main() {}
