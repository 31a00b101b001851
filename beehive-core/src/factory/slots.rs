//! The slots of a factory actor: who works on what, and since when.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use super::intake::Role;
use super::lock::lock;
use crate::event::EventId;

/// A worker that is due when it is idle, or once it was found stuck.
const IDLE: u64 = 0;
const STUCK: u64 = u64::MAX;

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
    all: Mutex<Vec<Arc<Slot>>>,
}

/// One worker, as others see it.
#[derive(Debug, Default)]
pub(super) struct Slot {
    /// When what the worker does now should have ended, in milliseconds; [`IDLE`] or [`STUCK`].
    due: AtomicU64,
    /// What was due when the worker was last seen to be overdue.
    overdue: AtomicU64,
    work: Mutex<Option<Work>>,
}

/// What a worker works on.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) event: EventId,
    pub(super) role: Role,
}

/// How another worker holds an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// It may still come back.
    Busy,
    /// It was given up.
    Stuck,
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
            all: Mutex::default(),
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

    /// Claims one idle worker for an event; `true` if no other waits for work.
    pub(super) fn claim(&self) -> bool {
        // Seen by who looks for workers that are busy, or the worker sees who looks: `Solitude`.
        self.idle.fetch_sub(1, Ordering::SeqCst) == 1
    }

    /// How many workers have an event and may come back.
    pub(super) fn busy(&self) -> usize {
        let workers = self.workers.load(Ordering::SeqCst);
        let spare = self.idle.load(Ordering::SeqCst) + self.stuck.load(Ordering::SeqCst);
        workers.saturating_sub(spare)
    }

    /// The claimed worker begins to work.
    pub(super) fn begin(slot: &Slot, event: &EventId, role: Role) {
        let event = event.clone();
        *lock(&slot.work) = Some(Work { event, role });
    }

    /// The worker is idle again.
    pub(super) fn end(&self, slot: &Slot) {
        if slot.due.swap(IDLE, Ordering::AcqRel) == STUCK {
            self.stuck.fetch_sub(1, Ordering::AcqRel);
        }
        *lock(&slot.work) = None;
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

    /// Notes until when what the worker does now should have ended. One that was found stuck stays
    /// so until it is idle.
    pub(super) fn expect_by(&self, slot: &Slot, due: Instant) {
        let due = self.millis(due).clamp(IDLE + 1, STUCK - 1);
        slot.due
            .try_update(Ordering::AcqRel, Ordering::Acquire, |before| {
                (before != STUCK).then_some(due)
            })
            .ok();
    }

    /// Flags the workers that are overdue by `slack` the second time that they are looked at, and
    /// returns what they hold. Each is returned once; another worker may be made in its place.
    ///
    /// At the first look after the whole process was stopped, or its machine slept, every worker is
    /// overdue, and none has had the time to notice.
    pub(super) fn flag_stuck(&self, now: Instant, slack: Duration) -> Vec<Work> {
        let limit = self.millis(now.checked_sub(slack).unwrap_or(now));
        let mut found = Vec::new();
        for slot in self.all().iter() {
            let due = slot.due.load(Ordering::Acquire);
            if due == IDLE || due >= limit || slot.overdue.swap(due, Ordering::AcqRel) != due {
                continue;
            }
            let flagged =
                slot.due
                    .compare_exchange(due, STUCK, Ordering::AcqRel, Ordering::Acquire);
            if flagged.is_ok() {
                self.stuck.fetch_add(1, Ordering::AcqRel);
                found.extend(lock(&slot.work).clone());
            }
        }
        found
    }

    /// The events in work.
    pub(super) fn in_work(&self) -> Vec<EventId> {
        let slots = self.all();
        let works = slots.iter().filter_map(|slot| lock(&slot.work).clone());
        works.map(|work| work.event).collect()
    }

    /// Whether, and how, another worker holds this event: one that lost its lease, and has not
    /// noticed because it computes or blocks.
    pub(super) fn held_elsewhere(&self, slot: &Slot, event: &EventId) -> Option<Held> {
        let slots = self.all();
        let other = slots.iter().find(|other| {
            !std::ptr::eq(&raw const ***other, slot)
                && lock(&other.work)
                    .as_ref()
                    .is_some_and(|work| work.event == *event)
        })?;
        Some(if other.is_stuck() {
            Held::Stuck
        } else {
            Held::Busy
        })
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
        lock(&self.all)
    }
}

impl Slot {
    /// Whether the worker was given up, and perhaps replaced.
    pub(super) fn is_stuck(&self) -> bool {
        self.due.load(Ordering::Acquire) == STUCK
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
        assert!(!slots.claim());
        Slots::begin(&first, &EventId::new(), Role::Regular);
        assert_eq!(slots.free().get(), 1);
        assert!(slots.claim());
        Slots::begin(&second, &EventId::new(), Role::Regular);
        slots.end(&first);
        slots.close(&first);
        assert!(slots.open().is_some());
    }

    #[test]
    fn a_stuck_worker_is_found_once_and_replaced() {
        let slots = slots(1);
        let slot = slots.open().unwrap();
        let event = EventId::new();
        slots.claim();
        Slots::begin(&slot, &event, Role::Probe);
        let now = Instant::now();
        slots.expect_by(&slot, now + Duration::from_secs(1));
        let slack = Duration::from_secs(5);
        assert!(slots.flag_stuck(now + slack, slack).is_empty());
        // Seen once: perhaps the whole process was stopped meanwhile.
        let later = now + Duration::from_secs(10);
        assert!(slots.flag_stuck(later, slack).is_empty());
        let later = later + Duration::from_secs(1);
        let found = slots.flag_stuck(later, slack).remove(0);
        assert_eq!((found.event, found.role), (event, Role::Probe));
        assert!(slots.flag_stuck(later, slack).is_empty());
        slots.expect_by(&slot, later);
        assert!(slot.is_stuck());
        assert_eq!(slots.stuck(), 1);
        let replacement = slots.open().unwrap();
        slots.end(&slot);
        assert_eq!(slots.stuck(), 0);
        assert!(slots.retire(&replacement, Spare::Surplus));
        assert!(!slots.retire(&slot, Spare::Surplus));
        assert!(!slots.retire(&slot, Spare::Idle));
    }

    #[test]
    fn who_goes_on_after_a_pause_of_the_process_is_not_stuck() {
        let slots = slots(1);
        let slot = slots.open().unwrap();
        let (now, slack) = (Instant::now(), Duration::from_secs(5));
        for pause in 1..=3 {
            slots.claim();
            Slots::begin(&slot, &EventId::new(), Role::Regular);
            let begun = now + Duration::from_secs(100 * pause);
            slots.expect_by(&slot, begun + Duration::from_secs(1));
            let later = begun + Duration::from_secs(60);
            assert!(slots.flag_stuck(later, slack).is_empty());
            slots.end(&slot);
        }
        assert_eq!(slots.stuck(), 0);
    }
}
