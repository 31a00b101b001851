//! The last failures of actors, so that a test can say why something is left.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use tokio::time::Instant;

use crate::actor::{ActorDescriptor, ActorError, ProcessorActor};
use crate::event::{Delivery, Event, EventId};
use crate::queue::QueueName;

/// The last failed attempt on each event, by where it was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Attempts {
    failed: Arc<Mutex<BTreeMap<(QueueName, EventId), FailedAttempt>>>,
}

/// One attempt that failed.
#[derive(Clone, Debug)]
pub(super) struct FailedAttempt {
    pub(super) event: EventId,
    pub(super) actor: String,
    pub(super) attempt: u32,
    pub(super) error: String,
    at: Instant,
}

impl FailedAttempt {
    pub(super) fn age(&self) -> Duration {
        self.at.elapsed()
    }
}

impl Attempts {
    /// Watches an actor.
    pub(super) fn watch(&self, descriptor: ActorDescriptor) -> ActorDescriptor {
        let actor = descriptor.name().to_owned();
        let queue = descriptor.queue().clone();
        let attempts = self.clone();
        descriptor.wrapped(move |inner| {
            Arc::new(Watched {
                inner,
                actor: actor.clone(),
                queue: queue.clone(),
                attempts: attempts.clone(),
            })
        })
    }

    /// The failed attempts on what is not done yet in a queue.
    pub(super) fn of(&self, queue: &QueueName) -> Vec<FailedAttempt> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let of_queue = failed.iter().filter(|((read, _), _)| read == queue);
        of_queue.map(|(_, attempt)| attempt.clone()).collect()
    }

    fn note(&self, queue: &QueueName, event: &EventId, failed: Option<FailedAttempt>) {
        let key = (queue.clone(), event.clone());
        let mut all = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        match failed {
            Some(failed) => all.insert(key, failed),
            None => all.remove(&key),
        };
    }
}

/// An actor that is watched.
struct Watched {
    inner: Arc<dyn ProcessorActor>,
    actor: String,
    queue: QueueName,
    attempts: Attempts,
}

impl Watched {
    fn note(&self, event: &EventId, attempt: u32, error: Option<String>) {
        let failed = error.map(|error| FailedAttempt {
            event: event.clone(),
            actor: self.actor.clone(),
            attempt,
            error,
            at: Instant::now(),
        });
        self.attempts.note(&self.queue, event, failed);
    }
}

#[async_trait]
impl ProcessorActor for Watched {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let id = event.id().clone();
        let attempt = event.delivery().map_or(1, Delivery::attempt);
        // What stands if it is stopped at an await: by its time-out, or with its lease.
        self.note(&id, attempt, Some("it did not come to an end".into()));
        let ended = AssertUnwindSafe(self.inner.process(event))
            .catch_unwind()
            .await;
        match &ended {
            Ok(Ok(_)) => self.note(&id, attempt, None),
            Ok(Err(error)) => self.note(&id, attempt, Some(error.lines().join(": "))),
            Err(_) => self.note(&id, attempt, Some("it panicked".into())),
        }
        // The factory actor deals with a panic, not the test.
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}
