//! Waiting until nothing is left to do.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::TestHive;
use super::unfinished::{Left, Unfinished};
use crate::queue::memory::Census;

/// How long a test may take by the clock on the wall before it is told what it waits for. A test on
/// a running clock ends by this, and one on a paused clock that spins without time passing.
const REAL_PATIENCE: Duration = Duration::from_secs(30);

impl TestHive {
    /// Runs until no event is waiting, leased or delayed. On a paused clock time jumps over delays,
    /// deferred events and leases that must expire.
    ///
    /// # Errors
    /// [`Unfinished`] when a day has passed on tokio's clock, or 30 seconds by the clock on the
    /// wall: it names what is left, where, and how the last attempts on it failed.
    ///
    /// # Cancel safety
    /// Changes nothing; the hive goes on.
    pub async fn run_until_idle(&self) -> Result<(), Unfinished> {
        /// Often enough to look at the clock on the wall.
        const TICK: Duration = Duration::from_secs(1);
        let start = Instant::now();
        let real_start = real_now();
        let end = start + self.patience;
        let mut activity = self.queue.activity();
        while !self.is_at_rest().await {
            let now = Instant::now();
            let real_elapsed = real_start.elapsed();
            if now >= end || real_elapsed >= REAL_PATIENCE {
                return Err(self.unfinished(start.elapsed(), real_elapsed));
            }
            tokio::select! {
                biased;
                () = activity.changed() => {}
                () = sleep_until(end.min(now + TICK)) => {}
            }
        }
        Ok(())
    }

    /// Whether nothing is left; gives workers the time to count what they settled.
    async fn is_at_rest(&self) -> bool {
        /// More steps than lie between settling and counting.
        const STEPS: usize = 8;
        if !self.census().is_idle() {
            return false;
        }
        for _ in 0..STEPS {
            tokio::task::yield_now().await;
        }
        self.census().is_idle()
    }

    fn census(&self) -> Census {
        let mut census = Census::default();
        for left in self.left() {
            census += left.census;
        }
        census
    }

    /// What is in each queue. In order of their names: looking at a queue wakes whom its clock
    /// concerns, and two runs of one seed must do so alike.
    fn left(&self) -> Vec<Left> {
        let mut left = Vec::new();
        for queue in self.journal().declared() {
            // A topic holds nothing.
            if let Ok(census) = self.queue.census_of(&queue) {
                left.push(Left {
                    failed: Vec::new(),
                    queue,
                    census,
                });
            }
        }
        left
    }

    pub(super) fn unfinished(&self, time: Duration, real_time: Duration) -> Unfinished {
        let mut left = self.left();
        left.retain(|left| !left.census.is_idle());
        for left in &mut left {
            left.failed = self.attempts.of(&left.queue);
        }
        Unfinished::new(time, real_time, left)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the clock on the wall is meant: tokio's may be paused"
)]
fn real_now() -> std::time::Instant {
    std::time::Instant::now()
}
