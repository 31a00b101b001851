//! The slots of a factory actor: who works on what, and since when.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::event::EventId;

/// The workers of one factory actor.
#[derive(Debug)]
pub(super) struct Slots {
    parallelism: NonZeroUsize,
    /// Zero of the slots' clocks.
    start: Instant,
    /// Workers there are, and how many of them wait for work.
    workers: AtomicUsize,
    idle: AtomicUsize,
    /// Workers that do not come back, for each of which another may be made.
    stuck: AtomicUsize,
    slots: Mutex<Vec<Arc<Slot>>>,
}

/// One worker, as others see it.
#[derive(Debug, Default)]
pub(super) struct Slot {
    /// When the event in work should be settled at the latest, in milliseconds; zero is idle.
    due: AtomicU64,
    stuck: AtomicBool,
    event: Mutex<Option<EventId>>,
}

/// When a worker can be spared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spare {
    /// There are more than the parallelism allows, because one that was replaced came back.
    Surplus,
    /// There is nothing to do, and another is there for when there is.
    Idle,
}

impl Slots {
    pub(super) fn new(parallelism: NonZeroUsize) -> Self {
        Self {
            parallelism,
            start: Instant::now(),
            workers: AtomicUsize::new(0),
            idle: AtomicUsize::new(0),
            stuck: AtomicUsize::new(0),
            slots: Mutex::default(),
        }
    }

    /// A place for a new worker, idle at first; `None` if there are enough.
    pub(super) fn open(&self) -> Option<Arc<Slot>> {
        let max = self.parallelism.get() + self.stuck.load(Ordering::Acquire);
        let opened = self
            .workers
            .try_update(Ordering::AcqRel, Ordering::Acquire, |workers| {
                (workers < max).then_some(workers + 1)
            });
        opened.ok()?;
        let slot = Arc::new(Slot::default());
        self.all().push(Arc::clone(&slot));
        self.idle.fetch_add(1, Ordering::AcqRel);
        Some(slot)
    }

    /// The idle worker is gone.
    pub(super) fn close(&self, slot: &Arc<Slot>) {
        self.all().retain(|other| !Arc::ptr_eq(other, slot));
        self.idle.fetch_sub(1, Ordering::AcqRel);
        self.workers.fetch_sub(1, Ordering::AcqRel);
    }

    /// How many events could be taken on now, at least one: the caller is idle.
    pub(super) fn free(&self) -> NonZeroUsize {
        let max = self.parallelism.get() + self.stuck.load(Ordering::Acquire);
        let workers = self.workers.load(Ordering::Acquire);
        let busy = workers.saturating_sub(self.idle.load(Ordering::Acquire));
        NonZeroUsize::new(max.saturating_sub(busy)).unwrap_or(NonZeroUsize::MIN)
    }

    /// The worker has taken an event; `true` if no other waits for work.
    pub(super) fn begin(&self, slot: &Slot, event: &EventId) -> bool {
        *slot.event.lock().unwrap_or_else(PoisonError::into_inner) = Some(event.clone());
        self.idle.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// The worker is idle again.
    pub(super) fn end(&self, slot: &Slot) {
        slot.due.store(0, Ordering::Release);
        if slot.stuck.swap(false, Ordering::AcqRel) {
            self.stuck.fetch_sub(1, Ordering::AcqRel);
        }
        *slot.event.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.idle.fetch_add(1, Ordering::AcqRel);
    }

    /// Closes the slot of an idle worker that can be spared; `true` if it was.
    pub(super) fn retire(&self, slot: &Arc<Slot>, spare: Spare) -> bool {
        let keep = match spare {
            Spare::Surplus => self.parallelism.get() + self.stuck.load(Ordering::Acquire),
            Spare::Idle => 1,
        };
        let retired = self
            .workers
            .try_update(Ordering::AcqRel, Ordering::Acquire, |workers| {
                (workers > keep).then(|| workers - 1)
            });
        if retired.is_ok() {
            self.all().retain(|other| !Arc::ptr_eq(other, slot));
            self.idle.fetch_sub(1, Ordering::AcqRel);
        }
        retired.is_ok()
    }

    /// Notes until when the event in work should be settled.
    pub(super) fn expect_by(&self, slot: &Slot, due: Instant) {
        slot.due.store(self.millis(due).max(1), Ordering::Release);
    }

    /// Flags the workers that are overdue by `slack`, and returns the events they hold. Each is
    /// returned once; another worker may be made in its place.
    pub(super) fn flag_stuck(&self, now: Instant, slack: Duration) -> Vec<EventId> {
        let limit = self.millis(now.checked_sub(slack).unwrap_or(now));
        let mut found = Vec::new();
        for slot in self.all().iter() {
            let due = slot.due.load(Ordering::Acquire);
            if due != 0 && due < limit && !slot.stuck.swap(true, Ordering::AcqRel) {
                self.stuck.fetch_add(1, Ordering::AcqRel);
                found.extend(slot.event());
            }
        }
        found
    }

    /// The events in work.
    pub(super) fn in_work(&self) -> Vec<EventId> {
        self.all().iter().filter_map(|slot| slot.event()).collect()
    }

    /// How many workers do not come back.
    pub(super) fn stuck(&self) -> usize {
        self.stuck.load(Ordering::Acquire)
    }

    fn millis(&self, time: Instant) -> u64 {
        let since = time.saturating_duration_since(self.start).as_millis();
        u64::try_from(since).unwrap_or(u64::MAX)
    }

    fn all(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    fn event(&self) -> Option<EventId> {
        self.event
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(parallelism: usize) -> Slots {
        Slots::new(NonZeroUsize::new(parallelism).unwrap())
    }

    #[test]
    fn there_are_no_more_workers_than_the_parallelism() {
        let slots = slots(2);
        let (first, second) = (slots.open().unwrap(), slots.open().unwrap());
        assert!(slots.open().is_none());
        assert_eq!(slots.free().get(), 2);
        assert!(!slots.begin(&first, &EventId::new()));
        assert_eq!(slots.free().get(), 1);
        assert!(slots.begin(&second, &EventId::new()));
        slots.end(&first);
        slots.close(&first);
        assert!(slots.open().is_some());
    }

    #[test]
    fn a_stuck_worker_is_found_once_and_replaced() {
        let slots = slots(1);
        let slot = slots.open().unwrap();
        let event = EventId::new();
        slots.begin(&slot, &event);
        let now = Instant::now();
        slots.expect_by(&slot, now + Duration::from_secs(1));
        let slack = Duration::from_secs(5);
        assert!(slots.flag_stuck(now + slack, slack).is_empty());
        let later = now + Duration::from_secs(10);
        assert_eq!(slots.flag_stuck(later, slack), [event]);
        assert!(slots.flag_stuck(later, slack).is_empty());
        assert_eq!(slots.stuck(), 1);
        let replacement = slots.open().unwrap();
        slots.end(&slot);
        assert_eq!(slots.stuck(), 0);
        assert!(slots.retire(&replacement, Spare::Surplus));
        assert!(!slots.retire(&slot, Spare::Surplus));
        assert!(!slots.retire(&slot, Spare::Idle));
    }
}
