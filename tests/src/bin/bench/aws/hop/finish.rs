//! When the first event of a run came, and when the last was settled.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::Result;
use crate::aws::cloud::{Begun, Cloud, Taken};

/// How many events came and were settled.
#[derive(Debug)]
pub(super) struct Finish {
    cloud: Arc<Cloud>,
    events: u64,
    progress: Mutex<Progress>,
    ended: Notify,
}

#[derive(Debug, Default)]
struct Progress {
    first: Option<Begun>,
    came: u64,
    settled: u64,
}

impl Finish {
    pub(super) fn new(cloud: &Arc<Cloud>, events: u64) -> Self {
        Self {
            cloud: Arc::clone(cloud),
            events,
            progress: Mutex::default(),
            ended: Notify::new(),
        }
    }

    /// So many events came.
    pub(super) fn arrive(&self, events: u64) -> Result<()> {
        let mut progress = self.progress();
        if progress.first.is_none() {
            progress.first = Some(self.cloud.begin()?);
        }
        progress.came += events;
        if progress.came >= self.events {
            self.ended.notify_one();
        }
        Ok(())
    }

    /// So many events were settled.
    pub(super) fn settle(&self, events: u64) {
        let mut progress = self.progress();
        progress.settled += events;
        if progress.settled >= self.events {
            self.ended.notify_one();
        }
    }

    /// Waits until all came.
    pub(super) async fn all_came(&self) {
        while self.progress().came < self.events {
            self.ended.notified().await;
        }
    }

    /// Waits until all were settled.
    pub(super) async fn all_settled(&self) {
        while self.progress().settled < self.events {
            self.ended.notified().await;
        }
    }

    /// What was used since the first event came.
    pub(super) fn taken(&self) -> Result<Taken> {
        let first = self.progress().first;
        self.cloud.end(first.ok_or("no event came")?)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
