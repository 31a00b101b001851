//! What tells SQS that a request for events is the one before, made again.

use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use super::super::topology::QueueDesk;
use crate::error::Verdict;

/// What tells SQS that a request for events is the one before, made again because its answer was lost.
/// SQS then gives the same events once more; else it would hold them, and all that is behind them in
/// their groups, until a lease is over. Only queues that keep order know it.
#[derive(Debug)]
pub(super) struct Repetition(Option<Mutex<String>>);

impl Repetition {
    pub(super) fn of(desk: &QueueDesk) -> Self {
        Self(desk.is_ordered().then(|| Mutex::new(new())))
    }

    /// What the next attempt is called.
    pub(super) fn id(&self) -> Option<String> {
        let id = self.0.as_ref()?.lock();
        Some(id.unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// An attempt failed. What SQS has answered, it does not answer again: the next is another.
    pub(super) fn failed(&self, verdict: Verdict) {
        if let (Some(id), true) = (&self.0, verdict != Verdict::Doubtful) {
            *id.lock().unwrap_or_else(PoisonError::into_inner) = new();
        }
    }
}

fn new() -> String {
    Uuid::now_v7().simple().to_string()
}
