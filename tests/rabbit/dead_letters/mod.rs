//! Dead letters are neither lost nor reordered, whoever looks at them and whatever happens meanwhile.

mod faults;
mod foreign;
mod graveyard;
mod looking;
mod raw;
mod redriving;
mod storing;

use std::time::Duration;

use beehive_rabbit::QueueType;
use beehive_tests::trials::{Outcome, Place, Trial, trial};

use self::graveyard::Graveyard;

/// What the slowest of these take on a busy machine.
const DEADLINE: Duration = Duration::from_mins(4);

pub(crate) fn trials() -> Vec<Trial> {
    [
        looking::trials(),
        redriving::trials(),
        foreign::trials(),
        storing::trials(),
        faults::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A trial for each type of queue.
fn both<F>(name: &str, run: fn(Place, QueueType) -> F) -> [Trial; 2]
where
    F: Future<Output = Outcome> + Send + 'static,
{
    [QueueType::Quorum, QueueType::Classic].map(|kind| {
        let name = format!("dead_letters::{name}::{kind:?}").to_lowercase();
        trial(name, move |place| run(place, kind)).with_deadline(DEADLINE)
    })
}

/// The same, on the broker that all tests share.
fn shared<F>(name: &str, run: fn(Place, QueueType) -> F) -> Vec<Trial>
where
    F: Future<Output = Outcome> + Send + 'static,
{
    both(name, run).map(Trial::with_shared_broker).into()
}

/// The same, each with a broker to break.
fn private<F>(name: &str, run: fn(Place, QueueType) -> F) -> Vec<Trial>
where
    F: Future<Output = Outcome> + Send + 'static,
{
    both(name, run).map(|trial| trial.with_brokers(1)).into()
}
