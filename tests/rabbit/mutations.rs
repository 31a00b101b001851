//! What only a broker shows: without a safeguard a named trial is red, which is green with it.

use beehive_core::prelude::Stores;
use beehive_tests::mutations::Mutation;
use beehive_tests::trials::{Outcome, Place, Trial, trial};

use crate::{publishing, receiving};

pub(crate) fn trials() -> Vec<Trial> {
    [
        trial("mutations::mandatory_off_is_caught", mandatory_off),
        trial("mutations::ack_ignored_is_caught", ack_ignored),
    ]
    .map(Trial::with_shared_broker)
    .into()
}

/// The trial went wrong, in these words.
fn caught(outcome: Outcome, words: &str) -> Outcome {
    let Err(failed) = outcome else {
        return Err("the mutation went unnoticed".into());
    };
    let said = failed.message().unwrap_or_default();
    if said.contains(words) {
        return Ok(());
    }
    Err(format!("it was caught by something else: {said}").into())
}

/// By `publishing::a_queue_deleted_behind_our_back`.
async fn mandatory_off(place: Place) -> Outcome {
    let outcome = publishing::a_deleted_queue_is_noticed(place, |config| {
        config.with_mutation(beehive_rabbit::mutations::Mutation::MandatoryOff)
    });
    caught(
        outcome.await,
        "an event to a queue that is gone was confirmed",
    )
}

/// By `receiving::a_lost_connection_is_a_lost_lease`.
async fn ack_ignored(place: Place) -> Outcome {
    let outcome = receiving::a_lost_lease_is_not_settled(place, |queue| {
        let applied = Mutation::AckIgnored.apply(queue, Stores::none());
        applied.expect("a mutation from outside").0
    });
    caught(outcome.await, "a lost lease was settled")
}
