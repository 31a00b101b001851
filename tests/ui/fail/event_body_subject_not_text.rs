//! A subject is written down, so it must have a text.

use beehive_core::prelude::*;

#[derive(Serialize, Deserialize)]
struct OrderId(u64);

#[derive(Serialize, Deserialize, EventBody)]
#[event(subject = order)]
struct OrderAccepted {
    order: OrderId,
}

fn main() {}
