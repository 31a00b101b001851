//! Has one event of a hive run while no other does.
//!
//! An event that takes its process down takes down what is in work beside it. None of them can say
//! a word, so the one looks as guilty as the others. Run alone, it has no company, and who was in
//! its company gets its own turn.
//!
//! Those that run as always pay one load of a flag.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex as StdMutex};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, Notify};
use tokio::time::{Instant, sleep, timeout_at};
use tracing::debug;

use super::lock::lock;
use super::slots::Slots;

/// How long others may take to end before an event runs in their company after all.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often is looked whether they have ended. Rare enough to ask nothing of those who end.
const LOOK: Duration = Duration::from_millis(5);
/// Within this, who wants to be alone comes in any order. A queue delivers in the same order after
/// each crash, and whoever is behind the culprit would never get its turn.
const SHUFFLE: Duration = Duration::from_millis(50);

/// Who runs alone in a hive, and who waits for that.
#[derive(Debug, Default)]
pub(crate) struct Solitude {
    /// Whether an event runs alone, or is about to.
    sought: AtomicBool,
    /// Workers that have an event and wait here.
    aside: AtomicUsize,
    turn: Mutex<()>,
    over: Notify,
    /// The workers of all factory actors of the hive.
    crews: StdMutex<Vec<Arc<Slots>>>,
}

impl Solitude {
    /// These workers are among those that step aside.
    pub(super) fn include(&self, slots: Arc<Slots>) {
        lock(&self.crews).push(slots);
    }

    /// Whether who has an event must step aside. Workers are claimed before they ask, and who wants
    /// to be alone says so before it looks for workers that are claimed: one of the two sees the
    /// other.
    pub(super) fn is_sought(&self) -> bool {
        self.sought.load(Ordering::SeqCst)
    }

    /// Waits until no event runs alone.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub(super) async fn step_aside(&self) {
        let _aside = Aside::of(self);
        loop {
            let mut over = pin!(self.over.notified());
            over.as_mut().enable();
            if !self.is_sought() {
                return;
            }
            over.await;
        }
    }

    /// Waits until no other event is in work, and keeps it so until what is returned is dropped;
    /// `None` if the others take too long.
    ///
    /// # Cancel safety
    /// Dropping the future lets the others go on.
    pub(super) async fn seek(&self) -> Option<Alone<'_>> {
        let turn = {
            let _aside = Aside::of(self);
            sleep(SHUFFLE.mul_f64(fastrand::f64())).await;
            self.turn.lock().await
        };
        self.sought.store(true, Ordering::SeqCst);
        let alone = Alone {
            solitude: self,
            _turn: turn,
        };
        let left = async {
            // The caller is one of them.
            while self.at_work() > 1 {
                sleep(LOOK).await;
            }
        };
        let left = timeout_at(Instant::now() + PATIENCE, left).await;
        if left.is_err() {
            debug!("others take too long: an event that was doubted runs in their company");
            return None;
        }
        Some(alone)
    }

    /// How many workers have an event and do not wait here. Those that never come back hurt nobody.
    fn at_work(&self) -> usize {
        let crews = lock(&self.crews);
        let busy: usize = crews.iter().map(|slots| slots.busy()).sum();
        busy.saturating_sub(self.aside.load(Ordering::SeqCst))
    }
}

/// An event runs alone as long as this lives.
#[derive(Debug)]
pub(super) struct Alone<'a> {
    solitude: &'a Solitude,
    /// Whoever comes next waits for it.
    _turn: MutexGuard<'a, ()>,
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.solitude.sought.store(false, Ordering::SeqCst);
        self.solitude.over.notify_waiters();
    }
}

/// A worker that waits, for as long as this lives.
struct Aside<'a>(&'a AtomicUsize);

impl<'a> Aside<'a> {
    fn of(solitude: &'a Solitude) -> Self {
        solitude.aside.fetch_add(1, Ordering::SeqCst);
        Self(&solitude.aside)
    }
}

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use futures_util::FutureExt as _;

    use super::*;

    /// A hive of one actor with two workers, of which so many have an event.
    fn crew(solitude: &Solitude, busy: usize) -> Arc<Slots> {
        let slots = Arc::new(Slots::new(NonZeroUsize::new(2).unwrap()));
        solitude.include(Arc::clone(&slots));
        for _ in 0..2 {
            slots.open().unwrap();
        }
        for _ in 0..busy {
            slots.claim();
        }
        slots
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_alone_begins_when_the_others_have_ended_or_stepped_aside() {
        let solitude = Solitude::default();
        let slots = crew(&solitude, 2);
        let mut seeking = pin!(solitude.seek());
        let soon = Duration::from_secs(1);
        let begun = tokio::time::timeout(soon, &mut seeking).await;
        assert!(begun.is_err(), "another event is in work");
        assert!(solitude.is_sought());
        let mut aside = pin!(solitude.step_aside());
        assert!((&mut aside).now_or_never().is_none());
        let alone = seeking.await;
        assert!(alone.is_some());
        assert!((&mut aside).now_or_never().is_none());
        drop(alone);
        aside.await;
        assert!(!solitude.is_sought());
        assert_eq!(solitude.at_work(), slots.busy());
    }

    #[tokio::test(start_paused = true)]
    async fn who_cannot_be_alone_goes_on_after_a_while_and_the_others_too() {
        let solitude = Solitude::default();
        let _slots = crew(&solitude, 2);
        let begun = Instant::now();
        assert!(solitude.seek().await.is_none());
        assert!(begun.elapsed() < PATIENCE + 2 * SHUFFLE);
        solitude.step_aside().now_or_never().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn one_after_the_other_is_alone_and_who_is_dropped_waits_for_nobody() {
        let solitude = Solitude::default();
        let _slots = crew(&solitude, 2);
        let mut second = pin!(async {
            sleep(2 * SHUFFLE).await;
            solitude.seek().await
        });
        let first = {
            let first = pin!(solitude.seek());
            tokio::select! {
                first = first => first.unwrap(),
                _ = &mut second => panic!("the first came first"),
            }
        };
        let soon = Duration::from_secs(1);
        let begun = tokio::time::timeout(soon, &mut second).await;
        assert!(begun.is_err(), "the first is not done");
        drop(first);
        // What the first had is still in work here, so this waits.
        assert!((&mut second).now_or_never().is_none());
        assert!(solitude.is_sought());
    }
}
