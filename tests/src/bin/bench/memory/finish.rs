//! Where a measurement ends: every event is accounted for.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Notify, Semaphore};

use crate::Result;

/// How many events are under way at most, as in a channel of that length.
pub(super) const WINDOW: u64 = 1024;

/// How many events a source publishes together.
pub(super) const BATCH: u64 = 64;

/// Counts events as they arrive, and lets the source go on.
#[derive(Debug)]
pub(super) struct Finish {
    target: u64,
    /// How often each event arrives.
    copies: u64,
    arrived: AtomicU64,
    sum: AtomicU64,
    window: Semaphore,
    done: Notify,
}

impl Finish {
    /// Waits for this many events, each of which arrives so many times.
    pub(super) fn new(events: u64, copies: u64) -> Self {
        Self {
            target: events * copies,
            copies,
            arrived: AtomicU64::new(0),
            sum: AtomicU64::new(0),
            window: Semaphore::new(usize::try_from(WINDOW).unwrap_or(usize::MAX)),
            done: Notify::new(),
        }
    }

    /// An event has arrived.
    pub(super) fn arrive(&self, number: u64) {
        self.sum.fetch_add(number, Ordering::Relaxed);
        let arrived = 1 + self.arrived.fetch_add(1, Ordering::AcqRel);
        if arrived.is_multiple_of(BATCH * self.copies) {
            self.window
                .add_permits(usize::try_from(BATCH).unwrap_or(usize::MAX));
        }
        if arrived == self.target {
            self.done.notify_one();
        }
    }

    /// Waits until another batch may be published.
    pub(super) async fn room(&self) -> Result<()> {
        let batch = u32::try_from(BATCH)?;
        self.window.acquire_many(batch).await?.forget();
        Ok(())
    }

    /// Waits for the last event.
    ///
    /// # Errors
    /// If they are not the right ones.
    pub(super) async fn wait(&self) -> Result<()> {
        self.done.notified().await;
        check(
            self.sum.load(Ordering::Relaxed),
            self.target / self.copies,
            self.copies,
        )
    }
}

/// Checks that the numbers of all events were seen, each so many times.
pub(super) fn check(sum: u64, events: u64, copies: u64) -> Result<()> {
    let expected = copies * (events * events.saturating_sub(1) / 2);
    if sum == expected {
        return Ok(());
    }
    Err(format!("events are missing: the sum is {sum} instead of {expected}").into())
}
