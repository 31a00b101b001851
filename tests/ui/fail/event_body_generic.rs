//! An event type has one name.

use beehive_core::prelude::*;

#[derive(Serialize, Deserialize, EventBody)]
struct Changed<T> {
    to: T,
}

fn main() {}
