//! A body must have a form on the wire.

use beehive_core::prelude::*;

#[derive(EventBody)]
struct OrderAccepted;

fn main() {}
