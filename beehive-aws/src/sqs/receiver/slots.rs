//! How many events are leased through one receiver.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

/// The leases of one receiver, each until when it holds its event. One that is dropped goes on
/// holding it until then.
#[derive(Debug)]
pub(super) struct Slots {
    max: NonZeroUsize,
    held: Mutex<Held>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Held {
    next: u64,
    until: HashMap<u64, Instant>,
}

impl Slots {
    pub(super) fn new(max: NonZeroUsize) -> Self {
        Self {
            max,
            held: Mutex::default(),
            freed: Notify::new(),
        }
    }

    /// How many more there may be now, and when that changes by itself.
    pub(super) fn free(&self, now: Instant) -> (usize, Option<Instant>) {
        let mut held = self.held();
        held.until.retain(|_, until| *until > now);
        let free = self.max.get().saturating_sub(held.until.len());
        (free, held.until.values().min().copied())
    }

    /// Takes one.
    pub(super) fn take(&self, until: Instant) -> u64 {
        let mut held = self.held();
        let number = held.next;
        held.next += 1;
        held.until.insert(number, until);
        number
    }

    /// Holds one longer.
    pub(super) fn extend(&self, number: u64, until: Instant) {
        if let Some(held) = self.held().until.get_mut(&number) {
            *held = until;
        }
    }

    /// Gives one back.
    pub(super) fn give_back(&self, number: u64) {
        if self.held().until.remove(&number).is_some() {
            self.freed.notify_one();
        }
    }

    /// Completes when one was given back.
    pub(super) async fn freed(&self) {
        self.freed.notified().await;
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_neither_given_back_nor_extended_ends() {
        let slots = Slots::new(NonZeroUsize::MIN.saturating_add(2));
        let now = Instant::now();
        let later = |seconds| now + Duration::from_secs(seconds);
        let first = slots.take(later(1));
        let second = slots.take(later(2));
        slots.take(later(3));
        assert_eq!(slots.free(now), (0, Some(later(1))));
        slots.extend(first, later(5));
        assert_eq!(slots.free(now), (0, Some(later(2))));
        slots.give_back(second);
        slots.freed().await;
        assert_eq!(slots.free(now), (1, Some(later(3))));
        slots.give_back(second);
        assert_eq!(slots.free(later(3)), (2, Some(later(5))));
        assert_eq!(slots.free(later(5)), (3, None));
    }
}
