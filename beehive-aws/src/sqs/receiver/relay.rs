//! Leases on messages that another program received, as the trigger of a function does.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::types::Message as Given;
use beehive_core::Result;
use beehive_core::queue::{Lease, QueueName};
use tokio::time::Instant;

use super::lease::{Origin, lease};
use super::poll::{self, Arrival};
use super::slots::Slots;
use super::term::{LEASE_MAX, Term};
use crate::sqs::parts::Parts;

/// For how long a message may have been with the other program before it came here. Only what keeps
/// order is held back, and for so much less than SQS could.
const ELSEWHERE_MAX: Duration = Duration::from_secs(60 * 60);

/// Makes leases of messages of one queue that another program received.
#[derive(Debug)]
pub(crate) struct Relay {
    parts: Arc<Parts>,
    queue: QueueName,
    slots: Arc<Slots>,
}

/// What became of a message.
#[derive(Debug)]
pub(crate) enum Relayed {
    /// It is to be worked on, while there is this place for it.
    Leased(Lease, Place),
    /// It is done: it was not due, and goes on its next step in another message.
    Replaced,
    /// It is not due, or cannot be had now, and is to come again.
    Again,
}

/// One of as many leases as there may be at one time.
#[derive(Debug)]
pub(crate) struct Place {
    slots: Arc<Slots>,
    number: u64,
}

#[cfg(test)]
impl Place {
    /// One that nobody counts.
    pub(crate) fn of_nothing() -> Self {
        let slots = Arc::new(Slots::new(NonZeroUsize::MIN));
        Self { slots, number: 0 }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.slots.give_back(self.number);
    }
}

impl Relay {
    pub(in crate::sqs) fn new(parts: Arc<Parts>, queue: &QueueName, leases: NonZeroUsize) -> Self {
        Self {
            parts,
            queue: queue.clone(),
            slots: Arc::new(Slots::new(leases)),
        }
    }

    /// How many more leases there may be now, and when that changes by itself.
    pub(crate) fn free(&self, now: Instant) -> (usize, Option<Instant>) {
        self.slots.free(now)
    }

    /// Completes when there may be another.
    pub(crate) async fn freed(&self) {
        self.slots.freed().await;
    }

    /// Reads a message that is held until then.
    ///
    /// # Errors
    /// If the queue is not there, or that cannot be found out.
    pub(crate) async fn read(&self, given: Given, until: Instant) -> Result<Relayed> {
        let desk = self.parts.topology.queue(&self.queue).await?;
        let place = Place {
            number: self.slots.take(until),
            slots: Arc::clone(&self.slots),
        };
        let term = Term {
            deadline: until,
            latest: Instant::now() + LEASE_MAX - ELSEWHERE_MAX,
        };
        Ok(match poll::arrive(&self.parts, &desk, given, term).await {
            Arrival::Event(received) => {
                let origin = Origin {
                    parts: Arc::clone(&self.parts),
                    desk,
                    queue: self.queue.clone(),
                    // The place is what counts here.
                    slots: Arc::new(Slots::new(NonZeroUsize::MIN)),
                };
                Relayed::Leased(lease(&origin, *received), place)
            }
            Arrival::Replaced => Relayed::Replaced,
            Arrival::Again => Relayed::Again,
        })
    }
}
