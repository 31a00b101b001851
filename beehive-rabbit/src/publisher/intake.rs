//! The one bounded queue that all lanes take from.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, Semaphore};
use tokio::time::Instant;

use super::Job;

/// The one bounded queue that all lanes take from. A full one lets callers wait.
#[derive(Debug)]
pub(super) struct Intake {
    waiting: Mutex<Waiting>,
    arrived: Notify,
    room: Semaphore,
}

#[derive(Debug)]
struct Waiting {
    jobs: VecDeque<Job>,
    /// Waiting before this moment does not count: the broker had blocked the connection.
    counts_from: Instant,
}

impl Intake {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            waiting: Mutex::new(Waiting {
                jobs: VecDeque::new(),
                counts_from: Instant::now(),
            }),
            arrived: Notify::new(),
            room: Semaphore::new(capacity),
        }
    }

    /// Hands a job to the lanes as soon as there is room.
    ///
    /// # Cancel safety
    /// Dropping the future leaves out the job.
    pub(super) async fn put(&self, job: Job) {
        // Never closed, so it always grants.
        if let Ok(permit) = self.room.acquire().await {
            permit.forget();
        }
        let was_empty = {
            let mut waiting = self.lock();
            waiting.jobs.push_back(job);
            waiting.jobs.len() == 1
        };
        // One lane takes all that arrives until it runs; waking another for each would make many
        // small windows.
        if was_empty {
            self.arrived.notify_one();
        }
    }

    /// Completes when a job waits, for one of the lanes that wait for that. Another may take it first.
    ///
    /// # Cancel safety
    /// Drop the future only with its lane: the job would wait until the next one comes.
    pub(super) async fn filled(&self) {
        while self.lock().jobs.is_empty() {
            self.arrived.notified().await;
        }
    }

    /// The next job, if one waits.
    pub(super) fn try_next(&self) -> Option<Job> {
        let job = self.lock().jobs.pop_front()?;
        self.room.add_permits(1);
        Some(job)
    }

    /// The next job, if this holds for it.
    pub(super) fn next_if(&self, condition: impl FnOnce(&Job) -> bool) -> Option<Job> {
        let job = self.lock().jobs.pop_front_if(|job| condition(job))?;
        self.room.add_permits(1);
        Some(job)
    }

    /// Wakes another lane if there is more.
    pub(super) fn pass_on(&self) {
        if !self.lock().jobs.is_empty() {
            self.arrived.notify_one();
        }
    }

    /// Since when waiting counts, for a job that is older.
    pub(super) fn counts_from(&self) -> Instant {
        self.lock().counts_from
    }

    /// Since when the first job waits, as far as that counts.
    pub(super) fn waits_since(&self) -> Option<Instant> {
        let waiting = self.lock();
        let first = waiting.jobs.front()?;
        Some(first.since.max(waiting.counts_from))
    }

    /// The broker had blocked the connection until now: that time does not count as waiting.
    pub(super) fn count_from(&self, now: Instant) {
        self.lock().counts_from = now;
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    fn job() -> Job {
        Job::new(Vec::new(), Instant::now()).0
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_intake_lets_the_caller_wait() {
        let intake = Arc::new(Intake::new(1));
        intake.put(job()).await;
        let full = tokio::time::timeout(Duration::from_secs(1), intake.put(job())).await;
        assert!(full.is_err());
        assert!(intake.try_next().is_some());
        intake.put(job()).await;
        assert!(intake.try_next().is_some());
        assert!(intake.try_next().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_lane_that_leaves_something_wakes_another() {
        let intake = Arc::new(Intake::new(9));
        let lane = |intake: Arc<Intake>| tokio::spawn(async move { intake.filled().await });
        let (first, second) = (lane(Arc::clone(&intake)), lane(Arc::clone(&intake)));
        tokio::task::yield_now().await;
        intake.put(job()).await;
        intake.put(job()).await;
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        assert!(
            first.is_finished() != second.is_finished(),
            "one notice wakes one lane"
        );
        intake.pass_on();
        let both = async { (first.await, second.await) };
        let both = tokio::time::timeout(Duration::from_secs(1), both).await;
        assert!(both.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn time_in_which_the_broker_blocks_is_no_waiting() {
        let intake = Intake::new(1);
        let start = Instant::now();
        intake.put(job()).await;
        assert_eq!(intake.waits_since(), Some(start));
        tokio::time::advance(Duration::from_secs(60)).await;
        intake.count_from(Instant::now());
        assert_eq!(intake.waits_since(), Some(Instant::now()));
    }
}
