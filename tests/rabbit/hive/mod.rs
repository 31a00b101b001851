//! Hives on a real broker: they get over what happens to it, without being started again.

mod actors;
mod failures;
mod killed;
mod outages;
mod workflow;

pub(crate) use self::killed::worker;

use beehive_tests::trials::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    [outages::trials(), failures::trials(), killed::trials()]
        .into_iter()
        .flatten()
        .collect()
}
