//! How the deliveries of a subscription ended.

use crate::queue::QueueName;
use crate::testing::{Happening, Journal};

/// How often a subscription's leases were settled, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settled {
    /// Deliveries, settled or not.
    pub delivered: usize,
    /// Events that were done.
    pub committed: usize,
    /// Events that were handed back.
    pub abandoned: usize,
    /// Events that were put off.
    pub deferred: usize,
    /// Events that were given up.
    pub dead_lettered: usize,
    /// Leases that were gone when they were to be settled.
    pub leases_lost: usize,
}

impl Settled {
    pub(super) fn read(journal: &Journal, of: &QueueName) -> Self {
        let mut settled = Self::default();
        for record in journal.records() {
            if record.happening.queue() != Some(of) {
                continue;
            }
            match record.happening {
                Happening::Delivered { .. } => settled.delivered += 1,
                Happening::Committed { .. } => settled.committed += 1,
                Happening::Abandoned { .. } => settled.abandoned += 1,
                Happening::Deferred { .. } => settled.deferred += 1,
                Happening::DeadLettered { .. } => settled.dead_lettered += 1,
                Happening::LeaseLost { .. } => settled.leases_lost += 1,
                Happening::Published | Happening::EndPoint => {}
            }
        }
        settled
    }
}
