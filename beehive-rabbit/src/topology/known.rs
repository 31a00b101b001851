//! What this process declared, remembered.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use beehive_core::queue::QueueName;

/// How many names of each sort are remembered. No hive has nearly as many.
const NAMES_MAX: usize = 100_000;

/// What this process declared.
///
/// What is remembered to spare questions holds until it is [forgotten](Self::forget); each time is a
/// generation, so that an answer to an older question is not taken for a newer one's. The
/// subscriptions that were declared are remembered beyond that, since only we can tell what belongs
/// to a topic that is deleted.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    generation: Generation,
    delays: bool,
    dead_letters: BTreeSet<QueueName>,
    names: BTreeSet<QueueName>,
}

/// The time between two forgettings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Generation(u64);

impl Known {
    pub(super) fn generation(&self) -> Generation {
        self.inner().generation
    }

    pub(super) fn has_delays(&self) -> bool {
        self.inner().delays
    }

    pub(super) fn has_dead_letters(&self, name: &QueueName) -> bool {
        self.inner().dead_letters.contains(name)
    }

    /// The delays are there, as was asked in this generation.
    pub(super) fn learn_delays(&self, asked: Generation) {
        let mut inner = self.inner();
        inner.delays |= inner.generation == asked;
    }

    /// The queue of a queue's dead letters is there, as was asked in this generation.
    pub(super) fn learn_dead_letters(&self, asked: Generation, name: &QueueName) {
        let mut inner = self.inner();
        if inner.generation == asked && inner.dead_letters.len() < NAMES_MAX {
            inner.dead_letters.insert(name.clone());
        }
    }

    /// This name was declared.
    pub(super) fn learn_name(&self, name: &QueueName) {
        let mut inner = self.inner();
        if inner.names.len() < NAMES_MAX {
            inner.names.insert(name.clone());
        }
    }

    /// Whether this name was declared, as far as is remembered.
    pub(super) fn is_declared(&self, name: &QueueName) -> bool {
        self.inner().names.contains(name)
    }

    /// The names that were declared.
    pub(super) fn names(&self) -> Vec<QueueName> {
        self.inner().names.iter().cloned().collect()
    }

    /// The subscriptions of a topic that were declared.
    pub(super) fn subscriptions(&self, topic: &str) -> Vec<QueueName> {
        let inner = self.inner();
        let names = inner.names.iter();
        names
            .filter(|name| name.topic() == topic && name.subscription().is_some())
            .cloned()
            .collect()
    }

    /// A queue was deleted.
    pub(super) fn unlearn(&self, name: &QueueName) {
        let mut inner = self.inner();
        inner.dead_letters.remove(name);
        inner.names.remove(name);
    }

    /// Something turned out to be gone, so anything may be.
    pub(super) fn forget(&self) {
        let mut inner = self.inner();
        inner.generation.0 = inner.generation.0.wrapping_add(1);
        inner.delays = false;
        inner.dead_letters.clear();
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> QueueName {
        text.parse().unwrap()
    }

    #[test]
    fn what_was_learnt_is_known_until_it_is_forgotten() {
        let known = Known::default();
        let asked = known.generation();
        assert!(!known.has_delays());
        known.learn_delays(asked);
        known.learn_dead_letters(asked, &name("A-B"));
        assert!(known.has_delays());
        assert!(known.has_dead_letters(&name("A-B")));
        assert!(!known.has_dead_letters(&name("A-C")));
        known.forget();
        assert!(!known.has_delays());
        assert!(!known.has_dead_letters(&name("A-B")));
    }

    #[test]
    fn an_answer_that_was_overtaken_by_a_forgetting_is_not_believed() {
        let known = Known::default();
        let asked = known.generation();
        known.forget();
        known.learn_delays(asked);
        known.learn_dead_letters(asked, &name("A-B"));
        assert!(!known.has_delays());
        assert!(!known.has_dead_letters(&name("A-B")));
    }

    #[test]
    fn the_subscriptions_of_a_topic_are_known_until_they_are_deleted() {
        let known = Known::default();
        for text in ["A-", "A-A", "A-B", "A-C", "AB-C"] {
            known.learn_name(&name(text));
        }
        known.forget();
        assert_eq!(known.subscriptions("A"), [name("A-B"), name("A-C")]);
        known.unlearn(&name("A-B"));
        assert_eq!(known.subscriptions("A"), [name("A-C")]);
        assert_eq!(known.subscriptions("B"), [""; 0].map(name));
        assert_eq!(known.names(), ["A-", "A-A", "A-C", "AB-C"].map(name));
    }
}
