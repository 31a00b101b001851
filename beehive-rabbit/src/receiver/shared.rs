//! What a receiver, its consumption and its leases share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};

use beehive_core::queue::{QueueName, ReceiverOptions};
use beehive_core::{Error, Result};
use tokio::sync::{Notify, oneshot};

use super::lock::lock;
use super::meters::Meters;
use super::session::Session;
use super::term::Term;
use super::trouble::Trouble;
use crate::config::QueueType;
use crate::rabbit_queue::Parts;

/// What a receiver, its consumption and its leases share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) parts: Arc<Parts>,
    pub(super) queue: QueueName,
    pub(super) term: Term,
    /// How many may be leased at one time.
    pub(super) prefetch: usize,
    pub(super) meters: Meters,
    /// Wakes the receiver: deliveries, another session, or trouble.
    pub(super) arrived: Notify,
    /// Wakes the consumption while it has no session.
    wanted: Notify,
    is_closing: AtomicBool,
    reading: Mutex<Reading>,
}

/// How reading goes.
#[derive(Debug, Default)]
struct Reading {
    session: Option<Arc<Session>>,
    /// Earlier sessions, with leases that last.
    earlier: Vec<Weak<Session>>,
    trouble: Option<Trouble>,
    /// Whether the receiver waits for a session.
    is_wanted: bool,
    /// Who is told when what was fetched ahead is handed back.
    closer: Option<oneshot::Sender<Result<()>>>,
}

/// Where the receiver finds its deliveries.
#[derive(Debug)]
pub(super) enum Source {
    /// Here; so many more are held under leases of earlier sessions.
    Session(Arc<Session>, usize),
    /// Nowhere now.
    None,
}

impl Shared {
    pub(super) fn new(parts: Arc<Parts>, queue: &QueueName, options: ReceiverOptions) -> Self {
        Self {
            term: Term::new(options.lease(), parts.config.hold_max()),
            prefetch: options.prefetch().get(),
            meters: Meters::new(queue),
            queue: queue.clone(),
            parts,
            arrived: Notify::new(),
            wanted: Notify::new(),
            is_closing: AtomicBool::new(false),
            reading: Mutex::default(),
        }
    }

    /// Whether the broker counts the deliveries of this queue.
    pub(super) fn counts_deliveries(&self) -> bool {
        self.parts.config.queue_type == QueueType::Quorum
    }

    // For the receiver.

    /// Where deliveries come from now. Where there is nothing, the consumption knows afterwards that
    /// they are wanted.
    pub(super) fn source(&self) -> Source {
        let mut reading = lock(&self.reading);
        let Some(session) = reading.session.clone() else {
            reading.is_wanted = true;
            drop(reading);
            self.wanted.notify_one();
            return Source::None;
        };
        if reading.earlier.is_empty() {
            return Source::Session(session, 0);
        }
        reading.earlier.retain(|earlier| earlier.strong_count() > 0);
        let earlier: Vec<_> = reading.earlier.iter().filter_map(Weak::upgrade).collect();
        drop(reading);
        let held = earlier.iter().map(|session| session.held()).sum();
        Source::Session(session, held)
    }

    /// Why the queue cannot be read, if that must be told at once.
    pub(super) fn news(&self) -> Option<Error> {
        let mut reading = lock(&self.reading);
        let trouble = reading.trouble.as_mut()?;
        trouble.is_news().then(|| trouble.error(&self.queue))
    }

    /// Why the queue cannot be read.
    pub(super) fn trouble(&self) -> Option<Error> {
        let reading = lock(&self.reading);
        let trouble = reading.trouble.as_ref()?;
        Some(trouble.error(&self.queue))
    }

    /// Has the consumption end; it answers when what was fetched ahead is handed back.
    pub(super) fn close(&self, closer: Option<oneshot::Sender<Result<()>>>) {
        let mut reading = lock(&self.reading);
        if closer.is_some() {
            reading.closer = closer;
        }
        self.is_closing.store(true, Ordering::Release);
        let session = reading.session.clone();
        drop(reading);
        self.wanted.notify_one();
        if let Some(session) = session {
            session.nudge();
        }
    }

    // For the consumption.

    pub(super) fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::Acquire)
    }

    /// Completes when the receiver is to be closed.
    pub(super) async fn closing(&self) {
        while !self.is_closing() {
            self.wanted.notified().await;
        }
    }

    /// Completes when the receiver wants deliveries, or is to be closed.
    pub(super) async fn wanted(&self) {
        while !self.is_closing() && !lock(&self.reading).is_wanted {
            self.wanted.notified().await;
        }
    }

    /// From now on deliveries come from here.
    pub(super) fn begin(&self, session: Arc<Session>) {
        let mut reading = lock(&self.reading);
        reading.session = Some(session);
        reading.is_wanted = false;
        reading.trouble = None;
        drop(reading);
        self.arrived.notify_one();
    }

    /// From now on nothing comes. The leases that were given out are still held.
    pub(super) fn end(&self) {
        let mut reading = lock(&self.reading);
        if let Some(session) = reading.session.take() {
            reading.earlier.push(Arc::downgrade(&session));
        }
        drop(reading);
        self.arrived.notify_one();
    }

    /// Reading does not work now.
    pub(super) fn troubled(&self, error: &Error) {
        let mut reading = lock(&self.reading);
        let trouble = Trouble::new(error).after(reading.trouble.as_ref());
        reading.trouble = Some(trouble);
        drop(reading);
        self.arrived.notify_one();
    }

    /// Who waits for the receiver to be closed.
    pub(super) fn closer(&self) -> Option<oneshot::Sender<Result<()>>> {
        lock(&self.reading).closer.take()
    }
}
