//! Hives on a real broker: they get over what happens to it, without being started again.

mod actors;
mod drained;
mod failures;
mod killed;
mod outages;
mod process;
mod workflow;

pub(crate) use self::process::worker;

use beehive_tests::trials::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    [
        outages::trials(),
        failures::trials(),
        killed::trials(),
        drained::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
