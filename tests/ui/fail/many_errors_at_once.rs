//! One compilation shows all mistakes, and no further ones that follow from them.

use beehive_core::prelude::*;

#[actor(
    "OrderAccepted-",
    paralelism = 2,
    lease = "soon",
    retry(times = 3),
    emits("", OrderAccepted)
)]
#[actor(blocking)]
async fn audit() {}

fn main() {
    drop(audit());
    drop(audit::descriptors());
}
