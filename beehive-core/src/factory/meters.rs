//! What a factory actor counts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use metrics::{Counter, Histogram, counter, histogram};

use crate::queue::QueueName;

/// What happened to events so far, in one actor or a whole hive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Events that an actor finished and that were committed.
    pub processed: u64,
    /// Events delivered again after an earlier attempt.
    pub redelivered: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Failed attempts that were followed by another at once.
    pub retried_now: u64,
    /// Failed attempts that were put off.
    pub retried_later: u64,
    /// Events that went to the dead letters.
    pub dead_lettered: u64,
    /// Copies that were dropped because the inbox knew them.
    pub duplicates_skipped: u64,
    /// Leases that were lost while the event was worked on.
    pub leases_lost: u64,
    /// Events handed back because the hive stopped.
    pub handed_back: u64,
    /// Events published.
    pub published: u64,
}

impl Statistics {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            processed: self.processed + other.processed,
            redelivered: self.redelivered + other.redelivered,
            failed: self.failed + other.failed,
            retried_now: self.retried_now + other.retried_now,
            retried_later: self.retried_later + other.retried_later,
            dead_lettered: self.dead_lettered + other.dead_lettered,
            duplicates_skipped: self.duplicates_skipped + other.duplicates_skipped,
            leases_lost: self.leases_lost + other.leases_lost,
            handed_back: self.handed_back + other.handed_back,
            published: self.published + other.published,
        }
    }
}

/// One number, kept here for [`Statistics`] and told to the `metrics` recorder.
#[derive(Debug)]
pub(super) struct Meter {
    count: AtomicU64,
    recorder: Counter,
}

impl Meter {
    fn new(name: &'static str, actor: &str, queue: &QueueName) -> Self {
        let recorder = counter!(name, "actor" => actor.to_owned(), "queue" => queue.to_string());
        Self {
            count: AtomicU64::new(0),
            recorder,
        }
    }

    pub(super) fn add(&self, count: u64) {
        self.count.fetch_add(count, Ordering::Relaxed);
        self.recorder.increment(count);
    }

    fn get(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

/// The meters of one factory actor.
#[derive(Debug)]
pub(super) struct Meters {
    pub(super) processed: Meter,
    pub(super) redelivered: Meter,
    pub(super) failed: Meter,
    pub(super) retried_now: Meter,
    pub(super) retried_later: Meter,
    pub(super) dead_lettered: Meter,
    pub(super) duplicates_skipped: Meter,
    pub(super) leases_lost: Meter,
    pub(super) handed_back: Meter,
    pub(super) published: Meter,
    duration: Histogram,
}

impl Meters {
    pub(super) fn new(actor: &str, queue: &QueueName) -> Self {
        let meter = |name| Meter::new(name, actor, queue);
        Self {
            processed: meter("beehive_events_processed_total"),
            redelivered: meter("beehive_events_redelivered_total"),
            failed: meter("beehive_attempts_failed_total"),
            retried_now: meter("beehive_retries_immediate_total"),
            retried_later: meter("beehive_retries_delayed_total"),
            dead_lettered: meter("beehive_events_dead_lettered_total"),
            duplicates_skipped: meter("beehive_duplicates_skipped_total"),
            leases_lost: meter("beehive_leases_lost_total"),
            handed_back: meter("beehive_events_handed_back_total"),
            published: meter("beehive_events_published_total"),
            duration: histogram!(
                "beehive_processing_seconds",
                "actor" => actor.to_owned(), "queue" => queue.to_string()
            ),
        }
    }

    pub(super) fn took(&self, duration: Duration) {
        self.duration.record(duration);
    }

    pub(super) fn statistics(&self) -> Statistics {
        Statistics {
            processed: self.processed.get(),
            redelivered: self.redelivered.get(),
            failed: self.failed.get(),
            retried_now: self.retried_now.get(),
            retried_later: self.retried_later.get(),
            dead_lettered: self.dead_lettered.get(),
            duplicates_skipped: self.duplicates_skipped.get(),
            leases_lost: self.leases_lost.get(),
            handed_back: self.handed_back.get(),
            published: self.published.get(),
        }
    }
}
