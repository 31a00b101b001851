//! What happened to events, in order.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::event::Event;
use crate::queue::{DeadLetterReason, QueueName};

/// What happened to an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Happening {
    /// It was published and confirmed.
    Published,
    /// It was published and confirmed, and nobody subscribes to it.
    EndPoint,
    /// It was leased.
    Delivered {
        /// From here.
        queue: QueueName,
        /// For this attempt.
        attempt: u32,
    },
    /// It was done.
    Committed {
        /// Here.
        queue: QueueName,
    },
    /// It was handed back.
    Abandoned {
        /// Here.
        queue: QueueName,
    },
    /// It was put off.
    Deferred {
        /// Here.
        queue: QueueName,
        /// For so long.
        delay: Duration,
    },
    /// It was given up.
    DeadLettered {
        /// Here.
        queue: QueueName,
        /// For this reason.
        reason: DeadLetterReason,
    },
    /// Its lease was extended or settled too late, or by somebody who had settled it before.
    LeaseLost {
        /// Here.
        queue: QueueName,
    },
}

impl Happening {
    /// Where it happened; publishing happens to a topic, which is the event's.
    pub fn queue(&self) -> Option<&QueueName> {
        match self {
            Self::Published | Self::EndPoint => None,
            Self::Delivered { queue, .. }
            | Self::Committed { queue }
            | Self::Abandoned { queue }
            | Self::Deferred { queue, .. }
            | Self::DeadLettered { queue, .. }
            | Self::LeaseLost { queue } => Some(queue),
        }
    }
}

/// One thing that happened to an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// When, from the beginning of the recording.
    pub at: Duration,
    /// The event.
    pub event: Event,
    /// What happened to it.
    pub happening: Happening,
}

impl fmt::Display for Record {
    /// One line without anything that differs between two runs of one seed, if the ids of root
    /// events were chosen.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, event) = (self.at, &self.event);
        write!(f, "{at:?} {} {} ", event.event_type(), event.id())?;
        match &self.happening {
            Happening::Published => f.write_str("published"),
            Happening::EndPoint => f.write_str("published to nobody"),
            Happening::Delivered { queue, attempt } => {
                write!(f, "delivered from {queue}, attempt {attempt}")
            }
            Happening::Committed { queue } => write!(f, "committed in {queue}"),
            Happening::Abandoned { queue } => write!(f, "abandoned in {queue}"),
            Happening::Deferred { queue, delay } => write!(f, "deferred in {queue} by {delay:?}"),
            Happening::DeadLettered { queue, reason } => {
                write!(f, "dead-lettered in {queue}: {reason}")
            }
            Happening::LeaseLost { queue } => write!(f, "lease lost in {queue}"),
        }
    }
}

/// Everything that happened to the events of a [`RecordingQueue`](super::RecordingQueue); clones
/// share it. It keeps every event, so it is for tests.
#[derive(Clone, Debug)]
pub struct Journal {
    start: Instant,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    records: Vec<Record>,
    declared: BTreeSet<QueueName>,
}

impl Journal {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            state: Arc::default(),
        }
    }

    /// Everything so far, in order.
    pub fn records(&self) -> Vec<Record> {
        self.state().records.clone()
    }

    /// The events that were published, in order, each once however often it was published.
    pub fn published(&self) -> Vec<Event> {
        let state = self.state();
        let mut known = BTreeSet::new();
        let published = state.records.iter().filter(|record| {
            matches!(record.happening, Happening::Published | Happening::EndPoint)
                && known.insert(record.event.id())
        });
        published.map(|record| record.event.clone()).collect()
    }

    /// The topics, subscriptions and simple queues that were declared, sorted.
    pub fn declared(&self) -> Vec<QueueName> {
        self.state().declared.iter().cloned().collect()
    }

    /// How often something happened that this holds of.
    pub fn count(&self, mut holds: impl FnMut(&Record) -> bool) -> usize {
        let state = self.state();
        state.records.iter().filter(|record| holds(record)).count()
    }

    pub(super) fn note(&self, event: &Event, happening: Happening) {
        let at = self.start.elapsed();
        self.state().records.push(Record {
            at,
            event: event.clone(),
            happening,
        });
    }

    pub(super) fn note_declared(&self, name: &QueueName) {
        self.state().declared.insert(name.clone());
    }

    pub(super) fn note_deleted(&self, name: &QueueName) {
        self.state().declared.remove(name);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves nothing half done in here.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
