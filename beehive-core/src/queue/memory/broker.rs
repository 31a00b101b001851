//! Which queues there are, and how events get into them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;
use smol_str::SmolStr;
use tokio::sync::watch;
use tokio::time::Instant;

use super::census::{Activity, Census};
use super::options::MemoryQueueOptions;
use super::shared::{Shared, not_found};
use super::subscription::{Full, later};
use crate::error::{Error, ErrorKind, Result};
use crate::event::{DeliverAt, Envelope, Event, EventLimits};
use crate::queue::{DeclareOptions, PublishError, PublishFailure, QueueKind, QueueName, Receipt};

/// All queues of one broker; every handle of a [`MemoryQueue`](super::MemoryQueue) points to it.
#[derive(Debug)]
pub(super) struct Broker {
    topology: RwLock<Topology>,
    capacity: usize,
    limits: EventLimits,
    activity: Arc<watch::Sender<()>>,
}

#[derive(Debug, Default)]
struct Topology {
    /// The subscriptions of each topic.
    topics: HashMap<SmolStr, Vec<Arc<Shared>>>,
    /// Everything that can be read: subscriptions and simple queues.
    readable: HashMap<QueueName, Arc<Shared>>,
}

impl Broker {
    pub(super) fn new(options: MemoryQueueOptions) -> Self {
        Self {
            topology: RwLock::default(),
            capacity: options.capacity(),
            limits: options.limits(),
            activity: Arc::new(watch::Sender::new(())),
        }
    }

    pub(super) fn declare(&self, name: &QueueName, options: DeclareOptions) -> Result<()> {
        let mut topology = self.write();
        let Topology { topics, readable } = &mut *topology;
        let order = options.order();
        let new = || {
            Shared::new(
                name.clone(),
                self.capacity,
                order,
                Arc::clone(&self.activity),
            )
        };
        match name.kind() {
            QueueKind::Topic => {
                topics.entry(name.topic().into()).or_default();
                return Ok(());
            }
            QueueKind::Queue => {
                readable.entry(name.clone()).or_insert_with(new);
            }
            QueueKind::Subscription => {
                let subscriptions = topics.entry(name.topic().into()).or_default();
                readable.entry(name.clone()).or_insert_with(|| {
                    let queue = new();
                    subscriptions.push(Arc::clone(&queue));
                    queue
                });
            }
        }
        let is = readable.get(name).map(|queue| queue.order());
        if is.is_none_or(|is| is == order) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Conflict,
            "the queue exists with another order; delete it first",
        )
        .with_operation("declare")
        .with_context("queue", name)
        .with_context("asked for", format_args!("{order:?}")))
    }

    pub(super) fn delete(&self, name: &QueueName) {
        let mut topology = self.write();
        let Topology { topics, readable } = &mut *topology;
        let deleted = match name.kind() {
            QueueKind::Topic => topics.remove(name.topic()).unwrap_or_default(),
            QueueKind::Queue | QueueKind::Subscription => {
                if let Some(subscriptions) = topics.get_mut(name.topic()) {
                    subscriptions.retain(|queue| queue.name() != name);
                }
                readable.get(name).into_iter().cloned().collect()
            }
        };
        for queue in deleted {
            readable.remove(queue.name());
            queue.delete();
        }
    }

    pub(super) fn exists(&self, name: &QueueName) -> bool {
        let topology = self.read();
        match name.kind() {
            QueueKind::Topic => topology.topics.contains_key(name.topic()),
            QueueKind::Queue | QueueKind::Subscription => topology.readable.contains_key(name),
        }
    }

    /// A queue that can be read.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if it is not declared, [`ErrorKind::Invalid`] for a topic.
    pub(super) fn find(&self, name: &QueueName) -> Result<Arc<Shared>> {
        if !name.is_readable() {
            return Err(Error::new(
                ErrorKind::Invalid,
                "a topic holds no events; its subscriptions do",
            )
            .with_context("queue", name));
        }
        let found = self.read().readable.get(name).cloned();
        found.ok_or_else(|| not_found(name))
    }

    pub(super) fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError> {
        let mut receipt = Receipt::default();
        let mut failures = Vec::new();
        for (position, event) in events.iter().enumerate() {
            match self.publish_one(event) {
                Ok(Routed::Yes) => {}
                Ok(Routed::No) => receipt.unrouted.push(position),
                Err(error) => failures.push(PublishFailure {
                    position,
                    id: event.id().clone(),
                    error: error.with_operation("publish"),
                }),
            }
        }
        if failures.is_empty() {
            return Ok(receipt);
        }
        Err(PublishError::new(failures, receipt))
    }

    fn publish_one(&self, event: &Event) -> Result<Routed> {
        self.limits.check(event)?;
        let delay = match event.delivers() {
            DeliverAt::Now => None,
            delivers => Some(delivers.delay(Timestamp::now())),
        };
        let due = delay
            .filter(|delay| !delay.is_zero())
            .map(|delay| later(Instant::now(), delay));
        let envelope = as_sent(event);

        let topic = match event.destination() {
            Some(name) if name.kind() == QueueKind::Queue => {
                let queue = self.find(name)?;
                return put(&queue, &envelope, due).map(|()| Routed::Yes);
            }
            Some(name) => name.topic(),
            None => event.event_type(),
        };
        let topology = self.read();
        let Some(subscriptions) = topology.topics.get(topic) else {
            drop(topology);
            self.declare(&QueueName::of_topic(topic)?, DeclareOptions::default())?;
            return Ok(Routed::No);
        };
        let mut result = Ok(if subscriptions.is_empty() {
            Routed::No
        } else {
            Routed::Yes
        });
        for queue in subscriptions {
            // One that is full does not keep the others from their event.
            if let Err(error) = put(queue, &envelope, due) {
                result = Err(error);
            }
        }
        result
    }

    pub(super) fn census(&self) -> Census {
        let queues: Vec<_> = self.read().readable.values().cloned().collect();
        let mut census = Census::default();
        for queue in queues {
            census += queue.census();
        }
        census
    }

    pub(super) fn activity(&self) -> Activity {
        Activity::new(self.activity.subscribe())
    }

    fn read(&self) -> RwLockReadGuard<'_, Topology> {
        self.topology.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Topology> {
        self.topology
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether somebody subscribes to an event.
enum Routed {
    Yes,
    No,
}

/// The envelope as it would come out at the other end of a wire, which knows no destination and no
/// relative time. Shared, not copied, unless the event has one of these.
fn as_sent(event: &Event) -> Cow<'_, Arc<Envelope>> {
    let shared = event.shared();
    let relative = matches!(shared.deliver_at, DeliverAt::After(_));
    if shared.destination.is_none() && !relative {
        return Cow::Borrowed(shared);
    }
    let mut envelope = Envelope::clone(shared);
    envelope.destination = None;
    if let DeliverAt::After(delay) = envelope.deliver_at {
        let time = Timestamp::now().saturating_add(delay);
        envelope.deliver_at = DeliverAt::At(time.unwrap_or(Timestamp::MAX));
    }
    Cow::Owned(Arc::new(envelope))
}

fn put(queue: &Shared, envelope: &Arc<Envelope>, due: Option<Instant>) -> Result<()> {
    queue.publish(envelope, due).map_err(|Full| {
        Error::new(
            ErrorKind::Temporary,
            "the queue is full; its readers do not keep up",
        )
        .with_context("queue", queue.name())
    })
}
