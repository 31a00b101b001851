//! One subscription as its publishers, receivers and leases share it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::census::Census;
use super::quota::Quota;
use super::subscription::{Delivered, Full, Lost, Subscription};
use super::waiters::{WaiterId, Waiters};
use crate::error::{Error, ErrorKind, Result};
use crate::event::Envelope;
use crate::queue::{Order, QueueName};

/// A subscription or simple queue behind its lock. The lock is never held while something waits.
#[derive(Debug)]
pub(super) struct Shared {
    name: QueueName,
    inner: Mutex<Inner>,
    activity: Arc<watch::Sender<()>>,
}

#[derive(Debug)]
struct Inner {
    events: Subscription,
    waiters: Waiters,
    deleted: bool,
}

impl Inner {
    fn wake(&mut self) {
        self.waiters
            .wake(self.events.waiting(), self.events.next_change());
    }
}

/// What a receiver wants.
#[derive(Debug)]
pub(super) struct Demand<'a> {
    pub(super) waiter: WaiterId,
    pub(super) quota: &'a Arc<Quota>,
    pub(super) max: usize,
    pub(super) lease: Duration,
}

/// What a receiver gets.
#[derive(Debug)]
pub(super) enum Supply {
    /// At least one event.
    Events(Vec<Delivered>),
    /// Nothing for now. It will be woken, and must come again at this time if one is given.
    Wait(Option<Instant>),
}

impl Shared {
    pub(super) fn new(
        name: QueueName,
        capacity: usize,
        order: Order,
        activity: Arc<watch::Sender<()>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            name,
            inner: Mutex::new(Inner {
                events: Subscription::new(capacity, order),
                waiters: Waiters::default(),
                deleted: false,
            }),
            activity,
        })
    }

    pub(super) fn name(&self) -> &QueueName {
        &self.name
    }

    /// In which order it delivers.
    pub(super) fn order(&self) -> Order {
        self.lock().events.order()
    }

    pub(super) fn publish(
        &self,
        envelope: &Arc<Envelope>,
        due: Option<Instant>,
    ) -> Result<(), Full> {
        self.change(|events| events.publish(envelope, due))
    }

    /// Settles a lease, or extends it.
    pub(super) fn settle<T>(
        &self,
        operation: &'static str,
        settle: impl FnOnce(&mut Subscription, Instant) -> Result<T, Lost>,
    ) -> Result<T> {
        let now = Instant::now();
        self.change(|events| settle(events, now)).map_err(|Lost| {
            Error::new(
                ErrorKind::LeaseLost,
                "the lease has expired or was settled before",
            )
            .with_operation(operation)
            .with_context("queue", &self.name)
        })
    }

    /// Changes the events, wakes whom it concerns, and tells who watches.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Subscription) -> T) -> T {
        let result = {
            let mut inner = self.lock();
            let result = change(&mut inner.events);
            inner.wake();
            result
        };
        // A harness watches, a program does not; sending takes a lock.
        if self.activity.receiver_count() > 0 {
            self.activity.send_replace(());
        }
        result
    }

    /// Looks at the events.
    pub(super) fn inspect<T>(&self, look: impl FnOnce(&Subscription) -> T) -> T {
        look(&self.lock().events)
    }

    pub(super) fn census(&self) -> Census {
        let now = Instant::now();
        let mut inner = self.lock();
        inner.events.advance(now);
        inner.wake();
        inner.events.census()
    }

    /// Deletes all events and sends every receiver away.
    pub(super) fn delete(&self) {
        let mut inner = self.lock();
        inner.deleted = true;
        inner.events.clear();
        inner.waiters.wake_all();
    }

    pub(super) fn join(&self) -> WaiterId {
        self.lock().waiters.join()
    }

    pub(super) fn part(&self, waiter: WaiterId) {
        let mut inner = self.lock();
        inner.waiters.part(waiter);
        inner.wake();
    }

    /// A receiver no longer waits; what it was woken for goes to the next.
    pub(super) fn leave(&self, waiter: WaiterId) {
        let mut inner = self.lock();
        inner.waiters.leave(waiter);
        inner.wake();
    }

    /// Gives a receiver what it demands, as far as it is there.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when the queue is deleted.
    pub(super) fn take(&self, demand: &Demand<'_>) -> Result<Vec<Delivered>> {
        let now = Instant::now();
        let mut inner = self.lock();
        if inner.deleted {
            return Err(self.not_found().with_operation("receive"));
        }
        inner.events.advance(now);
        let delivered = inner
            .events
            .lease(demand.max, demand.quota, now, demand.lease);
        inner.wake();
        Ok(delivered)
    }

    /// Gives a receiver what it demands, or has it wait.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when the queue is deleted.
    pub(super) fn take_or_wait(&self, demand: &Demand<'_>, cx: &mut Context<'_>) -> Result<Supply> {
        let now = Instant::now();
        let mut inner = self.lock();
        let Inner {
            events,
            waiters,
            deleted,
        } = &mut *inner;
        if *deleted {
            return Err(self.not_found().with_operation("receive"));
        }
        events.advance(now);
        let delivered = events.lease(demand.max, demand.quota, now, demand.lease);
        let supply = if delivered.is_empty() {
            let (waiter, quota) = (demand.waiter, demand.quota);
            Supply::Wait(waiters.wait(waiter, cx.waker(), quota, events.next_change()))
        } else {
            waiters.leave(demand.waiter);
            Supply::Events(delivered)
        };
        // The moment that came may have brought events for others too.
        inner.wake();
        Ok(supply)
    }

    pub(super) fn not_found(&self) -> Error {
        not_found(&self.name)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing panics while it is held, so the state is sound even so.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The error for a queue that is not declared.
pub(super) fn not_found(name: &QueueName) -> Error {
    Error::new(ErrorKind::NotFound, "the queue is not declared").with_context("queue", name)
}
