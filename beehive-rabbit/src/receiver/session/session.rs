//! What came over one channel, and what became of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use beehive_core::{Error, ErrorKind, Result};
use lapin::ChannelStatus;
use lapin::message::Delivery;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::super::lock::lock;
use super::super::outstanding::{Outstanding, Tag};
use super::super::received::Received;
use super::super::shared::Shared;
use super::attention::Attention;

/// What came over one channel, and what became of it. Shared by the consumption, which owns the
/// channel, the receiver, and the leases.
#[derive(Debug)]
pub(in super::super) struct Session {
    pub(in super::super) shared: Arc<Shared>,
    /// The driver's view of the channel.
    channel: ChannelStatus,
    inner: Mutex<Inner>,
    /// Wakes the consumption.
    pub(super) work: Notify,
    /// Fires when the channel is gone, and every lease with it.
    pub(super) lost: CancellationToken,
}

/// Whether frames are on their way to the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    Free,
    Busy,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) outstanding: Outstanding<Received>,
    pub(super) buffer: VecDeque<Delivery>,
    pub(super) attention: Attention,
    /// Deliveries to be sent on without being leased.
    pub(super) leaving: Vec<(Tag, Received)>,
    pub(super) wire: Wire,
    /// When the consumption looks again by itself.
    pub(super) alarm: Option<Instant>,
    /// Whether the receiver was refused because as many are held as may be.
    pub(super) is_starved: bool,
    /// Whether the consumption knows that there is work.
    pub(super) is_woken: bool,
    pub(super) is_lost: bool,
}

impl Session {
    pub(in super::super) fn new(shared: Arc<Shared>, channel: ChannelStatus) -> Self {
        let inner = Inner {
            outstanding: Outstanding::new(shared.term),
            buffer: VecDeque::new(),
            attention: Attention::new(Instant::now()),
            leaving: Vec::new(),
            wire: Wire::Free,
            alarm: None,
            is_starved: false,
            is_woken: false,
            is_lost: false,
        };
        Self {
            shared,
            channel,
            inner: Mutex::new(inner),
            work: Notify::new(),
            lost: CancellationToken::new(),
        }
    }

    pub(super) fn inner(&self) -> MutexGuard<'_, Inner> {
        lock(&self.inner)
    }

    /// Has the consumption look again.
    pub(in super::super) fn nudge(&self) {
        self.wake(self.inner());
    }

    /// Wakes the consumption if there is anything for it to do before it looks again by itself.
    pub(super) fn attend(&self, inner: MutexGuard<'_, Inner>) {
        let earliest = inner.earliest(&self.shared);
        let is_earlier = earliest.is_some_and(|at| inner.alarm.is_none_or(|alarm| at < alarm));
        // What is settled while frames are on their way goes after them.
        let has_frames = inner.wire == Wire::Free && inner.outstanding.has_frames();
        if is_earlier || has_frames || !inner.leaving.is_empty() {
            self.wake(inner);
        }
    }

    pub(super) fn wake(&self, mut inner: MutexGuard<'_, Inner>) {
        if !inner.is_woken {
            inner.is_woken = true;
            drop(inner);
            self.work.notify_one();
        }
    }

    /// Makes sure that the channel is there, as far as the driver knows, who learns first that it is
    /// not. What is settled on a channel that is gone never reaches the broker, and is not to be
    /// taken for settled.
    ///
    /// # Errors
    /// `LeaseLost` if it is gone.
    pub(super) fn alive(&self, operation: &'static str) -> Result<()> {
        if self.channel.connected() {
            return Ok(());
        }
        Err(self.lease_lost(operation))
    }

    pub(super) fn lease_lost(&self, operation: &'static str) -> Error {
        Error::new(
            ErrorKind::LeaseLost,
            "the lease expired, or its channel is gone; the event is delivered again",
        )
        .with_operation(operation)
        .with_context("queue", &self.shared.queue)
    }
}

impl Inner {
    /// When there is something to do next that nobody wakes the consumption for.
    pub(super) fn earliest(&self, shared: &Shared) -> Option<Instant> {
        let unread_at = self.attention.unread_at(shared.term, self.is_full(shared));
        [self.outstanding.earliest(), unread_at]
            .into_iter()
            .flatten()
            .min()
    }

    /// Whether as many are held as may be.
    pub(super) fn is_full(&self, shared: &Shared) -> bool {
        self.outstanding.held() >= shared.prefetch
    }
}
