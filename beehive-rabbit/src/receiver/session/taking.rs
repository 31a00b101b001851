//! What the receiver does with a session.

use std::num::NonZeroUsize;

use lapin::message::Delivery;
use tokio::time::Instant;

use super::super::outstanding::Tag;
use super::super::received::Received;
use super::Session;

/// A delivery that was taken under a lease.
#[derive(Debug)]
pub(in super::super) struct Taken {
    pub(in super::super) delivery: Delivery,
    pub(in super::super) deadline: Instant,
}

/// The receiver waits for deliveries until this is dropped.
#[derive(Debug)]
pub(in super::super) struct Reading<'a> {
    session: &'a Session,
    /// Whether the broker has to be asked first.
    pub(in super::super) is_first: bool,
}

impl Session {
    /// Takes up to `max` deliveries under leases, and no more than may be held at one time.
    pub(in super::super) fn take(&self, max: NonZeroUsize) -> Vec<Taken> {
        let mut inner = self.inner();
        if inner.buffer.is_empty() {
            return Vec::new();
        }
        let now = Instant::now();
        inner.attention.rest(now);
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

    /// The receiver waits for deliveries until what is returned is dropped.
    pub(in super::super) fn read(&self) -> Reading<'_> {
        let mut inner = self.inner();
        inner.attention.read();
        let is_first = !inner.attention.is_consuming();
        if is_first {
            self.wake(inner);
        }
        Reading {
            session: self,
            is_first,
        }
    }

    /// What to send on should this lease expire, where the broker does not count deliveries.
    pub(in super::super) fn keep_copy(&self, tag: Tag, received: Received) {
        self.inner().outstanding.keep_copy(tag, received);
    }

    /// Has a delivery that was taken sent on, since it is for later.
    pub(in super::super) fn send_on(&self, tag: Tag, received: Received) {
        let mut inner = self.inner();
        if inner.outstanding.leave(tag, Instant::now()).is_ok() {
            inner.leaving.push((tag, received));
            self.attend(inner);
        }
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let mut inner = self.session.inner();
        inner.attention.rest(Instant::now());
        self.session.attend(inner);
    }
}
