//! A pulser needs a time.

use beehive_core::prelude::*;

#[pulser("Tick")]
fn tick() {}

fn main() {}
