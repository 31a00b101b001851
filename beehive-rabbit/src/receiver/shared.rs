//! What a receiver, its consumption and its leases share.

use std::sync::{Arc, Mutex};

use beehive_core::queue::{QueueName, ReceiverOptions};
use beehive_core::{Error, Result};
use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;

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
    /// Wakes the receiver: for deliveries, another session, or trouble.
    pub(super) arrived: Notify,
    /// Fires when the receiver is closed.
    pub(super) closing: CancellationToken,
    state: Mutex<State>,
}

/// How reading goes.
#[derive(Debug, Default)]
struct State {
    session: Option<Arc<Session>>,
    trouble: Option<Trouble>,
    /// Who is told when what was fetched ahead is handed back.
    closer: Option<Closer>,
    /// Has whoever closes the connections wait until the consumption has ended.
    ending: Option<TaskTrackerToken>,
}

/// Who is told when what was fetched ahead is handed back.
pub(super) type Closer = oneshot::Sender<Result<()>>;

impl Shared {
    pub(super) fn new(parts: Arc<Parts>, queue: &QueueName, options: ReceiverOptions) -> Self {
        Self {
            term: Term::new(options.lease(), parts.config.hold_max()),
            prefetch: options.prefetch().get(),
            meters: Meters::new(queue),
            queue: queue.clone(),
            parts,
            arrived: Notify::new(),
            closing: CancellationToken::new(),
            state: Mutex::default(),
        }
    }

    /// Whether the broker counts the deliveries of this queue.
    pub(super) fn counts_deliveries(&self) -> bool {
        self.parts.config.queue_type == QueueType::Quorum
    }

    // For the receiver.

    /// Where deliveries come from now; nothing while there is no channel.
    pub(super) fn session(&self) -> Option<Arc<Session>> {
        lock(&self.state).session.clone()
    }

    /// Why the queue cannot be read, if that must be told at once.
    pub(super) fn news(&self) -> Option<Error> {
        let mut state = lock(&self.state);
        let trouble = state.trouble.as_mut()?;
        trouble.is_news().then(|| trouble.error(&self.queue))
    }

    /// Why the queue cannot be read.
    pub(super) fn trouble(&self) -> Option<Error> {
        let state = lock(&self.state);
        let trouble = state.trouble.as_ref()?;
        Some(trouble.error(&self.queue))
    }

    /// Has the consumption end; it answers when what was fetched ahead is handed back.
    pub(super) fn close(&self, closer: Option<Closer>) {
        let mut state = lock(&self.state);
        if closer.is_some() {
            state.closer = closer;
        }
        // Once: dropped after it was closed, the receiver would have one waited for that has ended.
        if !self.closing.is_cancelled() {
            state.ending = Some(self.parts.endings.token());
        }
        let session = state.session.clone();
        drop(state);
        self.closing.cancel();
        if let Some(session) = session {
            session.nudge();
        }
    }

    // For the consumption.

    /// From now on deliveries come from here.
    pub(super) fn begin(&self, session: Arc<Session>) {
        let mut state = lock(&self.state);
        state.session = Some(session);
        drop(state);
        self.arrived.notify_one();
    }

    /// From now on nothing comes. The leases that were given out may last.
    pub(super) fn end(&self) {
        let session = lock(&self.state).session.take();
        drop(session);
        self.arrived.notify_one();
    }

    /// The consumption has ended.
    pub(super) fn ended(&self) {
        lock(&self.state).ending = None;
    }

    /// Reading works.
    pub(super) fn untroubled(&self) {
        lock(&self.state).trouble = None;
    }

    /// Reading does not work now.
    pub(super) fn troubled(&self, error: &Error) {
        let mut state = lock(&self.state);
        let trouble = Trouble::new(error).after(state.trouble.as_ref());
        state.trouble = Some(trouble);
        drop(state);
        self.arrived.notify_one();
    }

    /// Who waits for the receiver to be closed.
    pub(super) fn closer(&self) -> Option<Closer> {
        lock(&self.state).closer.take()
    }
}
