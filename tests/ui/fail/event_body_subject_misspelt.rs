//! The subject is one of the fields.

use beehive_core::prelude::*;

#[derive(Serialize, Deserialize, EventBody)]
#[event(subject = oder)]
struct OrderAccepted {
    order: String,
}

fn main() {}
