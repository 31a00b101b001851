//! The loop of a factory actor.

use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::{Instant, sleep};
use tracing::error;

use super::answer::panic_message;
use super::intake::{Role, Taken};
use super::kill_switch::Mark;
use super::parts::Factory;
use super::slots::{Slot, Slots, Spare};

impl Factory {
    /// Starts the first worker; it makes others as the load needs them.
    pub(crate) fn start(self: &Arc<Self>) {
        self.add_worker();
    }

    /// Whether there was room for another.
    fn add_worker(self: &Arc<Self>) -> bool {
        let Some(slot) = self.slots.open() else {
            return false;
        };
        let factory = Arc::clone(self);
        self.tracker.spawn(async move { factory.work(&slot).await });
        true
    }

    /// The only loop: take a lease, see it through, again.
    async fn work(self: &Arc<Self>, slot: &Arc<Slot>) {
        while !self.intake.is_shut() {
            let next = pin!(self.intake.next(&self.slots));
            let taken = tokio::select! {
                biased;
                taken = self.unpanicked(next) => taken,
                () = self.stop.cancelled() => break,
            };
            let Some(taken) = taken.flatten() else {
                if self.slots.retire(slot, Spare::Idle) {
                    return;
                }
                continue;
            };
            Slots::begin(slot, taken.lease.event().id(), taken.role);
            self.let_others_take(&taken).await;
            let seeing = pin!(self.see_through(slot, taken));
            self.unpanicked(seeing).await;
            self.slots.end(slot);
            if self.slots.retire(slot, Spare::Surplus) {
                return;
            }
            // An actor that never waits must not keep its thread from all others.
            tokio::task::consume_budget().await;
        }
        self.slots.close(slot);
    }

    /// Sees to it that another worker waits for the next event, and steps aside for it once: the
    /// runtime runs whom we wake next on this thread, and nowhere else. An actor that computes for
    /// long would keep it from reading, one that computes for ever would do so for good.
    async fn let_others_take(self: &Arc<Self>, taken: &Taken) {
        let woken = if taken.alone {
            self.add_worker()
        } else {
            taken.reader
        };
        if woken {
            let mut stepped = false;
            poll_fn(|cx| {
                if std::mem::replace(&mut stepped, true) {
                    return Poll::Ready(());
                }
                cx.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
        }
    }

    /// Survives a panic in a backend: a worker less would be noticed by nobody. What it held is
    /// redelivered when its lease expires.
    async fn unpanicked<T>(&self, work: impl Future<Output = T> + Unpin) -> Option<T> {
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(output) => Some(output),
            Err(panic) => {
                error!(
                    actor = %self.name, queue = %self.queue, panic = panic_message(&*panic),
                    "a backend or the framework panicked; please report it"
                );
                sleep(Duration::from_secs(1)).await;
                None
            }
        }
    }

    /// Looks for workers that do not come back: an actor that computes without an end cannot be
    /// stopped, only replaced.
    pub(crate) fn watch_slots(self: &Arc<Self>, now: Instant) {
        /// An actor that is stopped in time has been settled long before.
        const SLACK: Duration = Duration::from_secs(5);
        for work in self.slots.flag_stuck(now, SLACK) {
            error!(
                actor = %self.name, queue = %self.queue, event = %work.event,
                "a worker does not come back: the actor blocks or computes without an end; it is \
                 replaced, but its thread is lost"
            );
            if work.role == Role::Probe {
                // Nobody else will say how it ended.
                self.intake.note(Role::Probe, Mark::Failure, now);
            }
            self.add_worker();
        }
    }
}
