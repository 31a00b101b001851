//! What came over one channel, and what became of it.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Poll, Waker};
use std::time::Duration;

use beehive_core::{Error, ErrorKind, Result};
use lapin::message::Delivery;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::lock::lock;
use super::meters::Loss;
use super::outstanding::{Frame, Gone, NotExtended, Outstanding, Tag};
use super::received::Received;
use super::shared::Shared;

/// What came over one channel, and what became of it. Shared by the consumption, which owns the
/// channel, the receiver, and the leases.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) shared: Arc<Shared>,
    inner: Mutex<Inner>,
    /// Wakes the consumption.
    work: Notify,
    /// Fires when the channel is gone, and every lease with it.
    lost: CancellationToken,
}

#[derive(Debug)]
struct Inner {
    outstanding: Outstanding<Received>,
    buffer: VecDeque<Delivery>,
    /// Whether the receiver waits for deliveries.
    is_reading: bool,
    /// Since when it does not.
    unread_since: Instant,
    /// Whether the broker delivers.
    is_consuming: bool,
    /// Whether the receiver was refused because as many are held as may be.
    is_starved: bool,
    /// Deliveries to be sent on without being leased.
    leaving: Vec<(Tag, Received)>,
    /// Whether the consumption knows that there is work.
    is_woken: bool,
    /// Whether a flight of frames is on its way; the consumption looks again at its end.
    is_flying: bool,
    /// When the consumption looks again by itself.
    alarm: Option<Instant>,
    is_lost: bool,
    /// The number of the flight of frames that is gathered now.
    gathering: u64,
    /// The number of the last flight that was written.
    written: u64,
    /// Who waits for which flight to be written.
    waiting: Vec<(u64, Waker)>,
}

/// A delivery that was taken under a lease.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) delivery: Delivery,
    pub(super) deadline: Instant,
}

/// What the consumption is to do next.
#[derive(Debug)]
pub(super) struct Turn {
    /// What to tell the broker now.
    pub(super) frames: Vec<Frame>,
    /// What to send on as a new message.
    pub(super) leaving: Vec<(Tag, Received)>,
    /// Whether the receiver waits while the broker does not deliver.
    pub(super) is_wanted: bool,
    /// Whether the broker delivers while nobody has asked for it for too long.
    pub(super) is_unread: bool,
    /// Whether the broker was told of everything that is over.
    pub(super) is_told: bool,
    /// Whether nothing is held either.
    pub(super) is_settled: bool,
    /// When to look again.
    pub(super) alarm: Option<Instant>,
}

impl Session {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let inner = Inner {
            outstanding: Outstanding::new(shared.term),
            buffer: VecDeque::new(),
            is_reading: false,
            unread_since: Instant::now(),
            is_consuming: false,
            is_starved: false,
            leaving: Vec::new(),
            is_woken: false,
            is_flying: false,
            alarm: None,
            is_lost: false,
            gathering: 1,
            written: 0,
            waiting: Vec::new(),
        };
        Self {
            shared,
            inner: Mutex::new(inner),
            work: Notify::new(),
            lost: CancellationToken::new(),
        }
    }

    // For the receiver.

    /// Takes up to `max` deliveries under leases, and no more than may be held at one time.
    pub(super) fn take(&self, max: NonZeroUsize) -> Vec<Taken> {
        let mut inner = lock(&self.inner);
        if inner.buffer.is_empty() {
            return Vec::new();
        }
        let now = Instant::now();
        inner.unread_since = now;
        let held = inner.outstanding.held();
        let room = self.shared.prefetch.saturating_sub(held);
        inner.is_starved = room == 0;
        let count = max.get().min(room).min(inner.buffer.len());
        let mut taken = Vec::with_capacity(count);
        while taken.len() < count {
            let Some(delivery) = inner.buffer.pop_front() else {
                break;
            };
            if let Some(deadline) = inner.outstanding.lease(delivery.delivery_tag, now) {
                taken.push(Taken { delivery, deadline });
            }
        }
        // Some may have waited for too long, and the first deadline may be earlier than before.
        self.attend(inner);
        taken
    }

    /// The receiver waits for deliveries, until this is dropped.
    pub(super) fn read(&self) -> Reading<'_> {
        let mut inner = lock(&self.inner);
        inner.is_reading = true;
        let is_first = !inner.is_consuming;
        if is_first {
            self.wake(inner);
        }
        Reading {
            session: self,
            is_first,
        }
    }

    /// What to send on should these leases expire, where the broker does not count deliveries.
    pub(super) fn keep_copy(&self, tag: Tag, received: Received) {
        lock(&self.inner).outstanding.keep_copy(tag, received);
    }

    /// Has a delivery that was taken sent on, since it is for later.
    pub(super) fn send_on(&self, tag: Tag, received: Received) {
        let mut inner = lock(&self.inner);
        if inner.outstanding.leave(tag, Instant::now()).is_ok() {
            inner.leaving.push((tag, received));
            self.attend(inner);
        }
    }

    // For leases.

    /// Moves the deadline of a lease.
    pub(super) fn extend(&self, tag: Tag, duration: Duration) -> Result<Instant> {
        let mut inner = lock(&self.inner);
        match inner.outstanding.extend(tag, Instant::now(), duration) {
            Ok(deadline) => {
                self.attend(inner);
                Ok(deadline)
            }
            Err(NotExtended::Gone) => Err(self.lease_lost("extend")),
            Err(NotExtended::Limit) => Err(Error::new(
                ErrorKind::Limit,
                "the broker takes an event back that is held longer; see consumer_timeout",
            )
            .with_operation("extend")
            .with_context("queue", &self.shared.queue)),
        }
    }

    /// Begins to settle a lease by publishing something: it does not expire before `until`, or the
    /// time it may be held, which is returned.
    pub(super) fn begin(
        &self,
        operation: &'static str,
        tag: Tag,
        until: Instant,
    ) -> Result<Instant> {
        let begun = lock(&self.inner)
            .outstanding
            .begin(tag, Instant::now(), until);
        begun.map_err(|Gone| self.lease_lost(operation))
    }

    /// Nothing was published: the lease is as it was before.
    pub(super) fn resume(&self, tag: Tag) {
        let mut inner = lock(&self.inner);
        inner.outstanding.resume(tag);
        self.attend(inner);
    }

    /// Settles a lease for good, and returns when the broker was told.
    pub(super) async fn commit(&self, operation: &'static str, tag: Tag) -> Result<()> {
        let flight = {
            let mut inner = lock(&self.inner);
            let done = inner.outstanding.done(tag, Instant::now());
            done.map_err(|Gone| self.lease_lost(operation))?;
            self.settled(inner)
        };
        self.shared.meters.commits.increment(1);
        self.written(operation, flight).await
    }

    /// Hands a leased delivery back, and returns when the broker was told.
    pub(super) async fn hand_back(&self, operation: &'static str, tag: Tag) -> Result<()> {
        let flight = {
            let mut inner = lock(&self.inner);
            let back = inner.outstanding.hand_back(tag, Instant::now());
            back.map_err(|Gone| self.lease_lost(operation))?;
            self.settled(inner)
        };
        self.written(operation, flight).await
    }

    /// Completes when the channel is gone, and every lease with it.
    pub(super) async fn lost(&self) {
        self.lost.cancelled().await;
    }

    /// Has the next flight of frames written, and says which one that is.
    fn settled(&self, mut inner: MutexGuard<'_, Inner>) -> u64 {
        let flight = inner.gathering;
        let was_starved = std::mem::take(&mut inner.is_starved);
        self.attend(inner);
        if was_starved {
            self.shared.arrived.notify_one();
        }
        flight
    }

    /// Completes when this flight of frames was written.
    async fn written(&self, operation: &'static str, flight: u64) -> Result<()> {
        let mut is_known = false;
        poll_fn(|cx| {
            let mut inner = lock(&self.inner);
            if inner.written >= flight {
                return Poll::Ready(Ok(()));
            }
            if inner.is_lost {
                return Poll::Ready(Err(self.lease_lost(operation)));
            }
            let mut known = is_known.then(|| inner.waiting.iter()).into_iter().flatten();
            if !known.any(|(of, waker)| *of == flight && waker.will_wake(cx.waker())) {
                inner.waiting.push((flight, cx.waker().clone()));
                is_known = true;
            }
            Poll::Pending
        })
        .await
    }

    fn lease_lost(&self, operation: &'static str) -> Error {
        Error::new(
            ErrorKind::LeaseLost,
            "the lease expired, or its channel is gone; the event is delivered again",
        )
        .with_operation(operation)
        .with_context("queue", &self.shared.queue)
    }

    // For the consumption.

    /// Completes when there is something to do.
    pub(super) async fn work(&self) {
        self.work.notified().await;
    }

    /// Has the consumption look again.
    pub(super) fn nudge(&self) {
        self.wake(lock(&self.inner));
    }

    /// The broker sent these.
    pub(super) fn arrived(&self, deliveries: impl IntoIterator<Item = Delivery>) {
        let mut inner = lock(&self.inner);
        if inner.is_lost {
            return;
        }
        let now = Instant::now();
        for delivery in deliveries {
            inner.outstanding.arrive(delivery.delivery_tag, now);
            inner.buffer.push_back(delivery);
        }
        drop(inner);
        self.shared.arrived.notify_one();
    }

    /// What to do next. A flight of frames is only started when none is on its way: what is settled
    /// meanwhile goes with the next one.
    pub(super) fn turn(&self) -> Turn {
        let mut inner = lock(&self.inner);
        let now = Instant::now();
        inner.is_woken = false;
        let expired = inner.outstanding.expire(now);
        let mut leaving = std::mem::take(&mut inner.leaving);
        leaving.extend(expired.leaving);
        let mut frames = Vec::new();
        if !inner.is_flying {
            frames = inner.outstanding.frames();
            if !frames.is_empty() {
                inner.is_flying = true;
                inner.gathering += 1;
            }
        }
        let unread_at = inner.unread_at(&self.shared);
        let alarms = [inner.outstanding.earliest(), unread_at];
        inner.alarm = alarms.into_iter().flatten().min();
        let turn = Turn {
            is_settled: !inner.is_flying && leaving.is_empty() && inner.outstanding.is_settled(),
            is_told: !inner.is_flying,
            frames,
            leaving,
            is_wanted: inner.is_reading && !inner.is_consuming,
            is_unread: unread_at.is_some_and(|at| at <= now),
            alarm: inner.alarm,
        };
        let was_starved = expired.count > 0 && std::mem::take(&mut inner.is_starved);
        drop(inner);
        if expired.count > 0 {
            self.shared.meters.lost(Loss::Expired, expired.count);
        }
        if was_starved {
            self.shared.arrived.notify_one();
        }
        turn
    }

    /// The flight that was started last was written.
    pub(super) fn flew(&self) {
        let mut inner = lock(&self.inner);
        inner.is_flying = false;
        let written = inner.gathering - 1;
        inner.written = written;
        let wakers = take_waiting(&mut inner.waiting, written);
        drop(inner);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// A delivery was sent elsewhere: the broker is to forget it here.
    pub(super) fn left(&self, tag: Tag) {
        let mut inner = lock(&self.inner);
        inner.outstanding.left(tag);
        self.attend(inner);
    }

    /// A delivery could not be sent elsewhere: it goes back to its queue.
    pub(super) fn stayed(&self, tag: Tag) {
        let mut inner = lock(&self.inner);
        inner.outstanding.stayed(tag);
        self.attend(inner);
    }

    /// The broker delivers from now on, or no longer. What it delivered until then and nobody took is
    /// handed back for others to take.
    pub(super) fn consuming(&self, is_consuming: bool) {
        let mut inner = lock(&self.inner);
        inner.is_consuming = is_consuming;
        if !is_consuming {
            inner.buffer.clear();
            inner.outstanding.hand_back_waiting();
        }
        self.wake(inner);
    }

    /// Gives out nothing any more. What waits is handed back, unless nothing is held: then the end of
    /// the channel does that.
    pub(super) fn retire(&self) {
        let mut inner = lock(&self.inner);
        inner.buffer.clear();
        if !inner.outstanding.is_settled() {
            inner.outstanding.hand_back_waiting();
            self.attend(inner);
        }
    }

    /// The channel is gone, and every lease with it; the broker delivers all of it again.
    pub(super) fn lose(&self) {
        let mut inner = lock(&self.inner);
        inner.is_lost = true;
        inner.buffer.clear();
        inner.leaving.clear();
        let held = inner.outstanding.clear();
        let wakers = std::mem::take(&mut inner.waiting);
        drop(inner);
        self.shared.meters.lost(Loss::Channel, held);
        self.lost.cancel();
        wakers.into_iter().for_each(|(_, waker)| Waker::wake(waker));
    }

    /// Wakes the consumption if there is anything for it to do before it looks again by itself.
    fn attend(&self, inner: MutexGuard<'_, Inner>) {
        let alarms = [inner.outstanding.earliest(), inner.unread_at(&self.shared)];
        let earliest = alarms.into_iter().flatten().min();
        let is_earlier = earliest.is_some_and(|at| inner.alarm.is_none_or(|alarm| at < alarm));
        let has_frames = !inner.is_flying && inner.outstanding.has_frames();
        if is_earlier || has_frames || !inner.leaving.is_empty() {
            self.wake(inner);
        }
    }

    fn wake(&self, mut inner: MutexGuard<'_, Inner>) {
        if !inner.is_woken {
            inner.is_woken = true;
            drop(inner);
            self.work.notify_one();
        }
    }
}

impl Inner {
    /// When the broker is to deliver no more unless somebody asks. Never while it cannot anyway,
    /// since as many are held as may be.
    fn unread_at(&self, shared: &Shared) -> Option<Instant> {
        let is_full = self.outstanding.held() >= shared.prefetch;
        (self.is_consuming && !self.is_reading && !is_full)
            .then(|| shared.term.unread(self.unread_since))
    }
}

/// The receiver waits for deliveries.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    session: &'a Session,
    /// Whether the broker has to be told first.
    pub(super) is_first: bool,
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let mut inner = lock(&self.session.inner);
        inner.is_reading = false;
        inner.unread_since = Instant::now();
        self.session.attend(inner);
    }
}

/// Takes out those who wait for this flight or an earlier one.
fn take_waiting(waiting: &mut Vec<(u64, Waker)>, written: u64) -> Vec<Waker> {
    let all = std::mem::take(waiting);
    let (ready, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|(of, _)| *of <= written);
    *waiting = rest;
    ready.into_iter().map(|(_, waker)| waker).collect()
}
