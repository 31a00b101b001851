//! What a receiver counts.

use beehive_core::queue::QueueName;
use metrics::{Counter, counter};

/// What ended a lease that was not settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// Its deadline passed without a word.
    Expired,
    /// The channel or connection it was delivered on is gone.
    Channel,
    /// It was committed, and the channel was gone before the broker was told of it for sure.
    Untold,
}

/// What a receiver counts, for the `metrics` recorder.
#[derive(Clone)]
pub(super) struct Meters {
    pub(super) deliveries: Counter,
    pub(super) redeliveries: Counter,
    pub(super) acks: Counter,
    pub(super) frames: Counter,
    pub(super) resubscriptions: Counter,
    expired: Counter,
    cut_off: Counter,
    untold: Counter,
}

impl Meters {
    pub(super) fn new(queue: &QueueName) -> Self {
        let meter = |name: &'static str| counter!(name, "queue" => queue.to_string());
        let lost = |reason: &'static str| {
            counter!(
                "beehive_rabbit_leases_lost_total",
                "queue" => queue.to_string(), "reason" => reason
            )
        };
        Self {
            deliveries: meter("beehive_rabbit_deliveries_total"),
            redeliveries: meter("beehive_rabbit_redeliveries_total"),
            acks: meter("beehive_rabbit_acks_total"),
            frames: meter("beehive_rabbit_settling_frames_total"),
            resubscriptions: meter("beehive_rabbit_resubscriptions_total"),
            expired: lost("expired"),
            cut_off: lost("channel"),
            untold: lost("untold"),
        }
    }

    pub(super) fn lost(&self, loss: Loss, count: usize) {
        let counter = match loss {
            Loss::Expired => &self.expired,
            Loss::Channel => &self.cut_off,
            Loss::Untold => &self.untold,
        };
        counter.increment(count as u64);
    }
}

impl std::fmt::Debug for Meters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meters").finish_non_exhaustive()
    }
}
