//! How long to wait before the next try to connect. Pure.

use std::time::Duration;

use beehive_core::recovery::Backoff;

const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// A connection that lasted for this long was a good one, and its loss is the first.
const STABLE: Duration = Duration::from_secs(30);

/// How long to wait before the next try to connect: anywhere between nothing and a limit that
/// doubles with every failure, so that thousands that lost a broker together come back one by one.
#[derive(Debug)]
pub(super) struct Pauses {
    backoff: Backoff,
    step: u32,
}

impl Pauses {
    pub(super) fn new() -> Self {
        Self {
            backoff: Backoff::new(PAUSE_MIN, PAUSE_MAX),
            step: 0,
        }
    }

    /// After a try that failed.
    pub(super) fn after_failure(&mut self) -> Duration {
        self.step = self.step.saturating_add(1);
        self.backoff.jittered(self.step)
    }

    /// After a connection was lost that had lasted for a while. One that keeps being lost right
    /// after it was made is not made more often than one that fails.
    pub(super) fn after_loss(&mut self, lasted: Duration) -> Duration {
        if lasted >= STABLE {
            self.step = 0;
        }
        self.after_failure()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn a_hundred_that_lost_the_broker_together_come_back_one_by_one() {
        const SUPERVISORS: usize = 100;
        /// How long the broker is away.
        const OUTAGE: Duration = Duration::from_secs(20);
        let start = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..SUPERVISORS {
            tasks.spawn(async move {
                let mut pauses = Pauses::new();
                let mut tries = 1_usize;
                tokio::time::sleep(pauses.after_loss(STABLE)).await;
                while start.elapsed() < OUTAGE {
                    tokio::time::sleep(pauses.after_failure()).await;
                    tries += 1;
                }
                (start.elapsed().saturating_sub(OUTAGE), tries)
            });
        }
        let back = tasks.join_all().await;
        let mut in_second = [0; 11];
        for (late, tries) in &back {
            in_second[usize::try_from(late.as_secs()).unwrap()] += 1;
            // Full jitter may draw a few short pauses in a row, but not for ever.
            assert!((5..=40).contains(tries), "{tries} tries");
        }
        assert_eq!(in_second.iter().sum::<usize>(), SUPERVISORS);
        // Evenly spread over ten seconds there would be ten in each.
        assert!(in_second.iter().all(|count| *count <= 40), "{in_second:?}");
        assert!(in_second.iter().filter(|count| **count > 0).count() >= 5);
    }

    #[test]
    fn only_a_connection_that_lasted_makes_up_for_failures() {
        let limit = |pauses: &Pauses| pauses.backoff.delay(pauses.step);
        let mut pauses = Pauses::new();
        for _ in 0..3 {
            pauses.after_loss(Duration::from_secs(1));
        }
        assert_eq!(limit(&pauses), 4 * PAUSE_MIN);
        pauses.after_loss(STABLE);
        assert_eq!(limit(&pauses), PAUSE_MIN);
        for _ in 0..100 {
            assert!(pauses.after_failure() <= PAUSE_MAX);
        }
        assert_eq!(limit(&pauses), PAUSE_MAX);
    }
}
