//! Settling, recorded.

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::journal::{Happening, Journal};
use crate::error::{ErrorKind, Result};
use crate::event::Event;
use crate::queue::{DeadLetterRecord, FailureHistory, QueueName, Settle};

#[derive(Debug)]
pub(super) struct RecordingLease {
    pub(super) inner: Box<dyn Settle>,
    pub(super) event: Event,
    pub(super) from: QueueName,
    pub(super) journal: Journal,
}

impl RecordingLease {
    fn note<T>(&self, result: &Result<T>, happening: impl FnOnce(QueueName) -> Happening) {
        let queue = self.from.clone();
        match result {
            Ok(_) => self.journal.note(&self.event, happening(queue)),
            Err(error) if error.kind() == ErrorKind::LeaseLost => {
                self.journal
                    .note(&self.event, Happening::LeaseLost { queue });
            }
            Err(_) => {}
        }
    }
}

#[async_trait]
impl Settle for RecordingLease {
    async fn extend(&self, duration: Duration) -> Result<Instant> {
        // That a lease is renewed is no news.
        self.inner.extend(duration).await
    }

    async fn lost(&self) {
        self.inner.lost().await;
    }

    async fn commit(&self) -> Result<()> {
        let result = self.inner.commit().await;
        self.note(&result, |queue| Happening::Committed { queue });
        result
    }

    async fn abandon(&self) -> Result<()> {
        let result = self.inner.abandon().await;
        self.note(&result, |queue| Happening::Abandoned { queue });
        result
    }

    async fn defer(&self, delay: Duration, history: FailureHistory) -> Result<()> {
        let result = self.inner.defer(delay, history).await;
        self.note(&result, |queue| Happening::Deferred { queue, delay });
        result
    }

    async fn dead_letter(&self, record: &DeadLetterRecord) -> Result<()> {
        let result = self.inner.dead_letter(record).await;
        self.note(&result, |queue| Happening::DeadLettered {
            queue,
            reason: record.reason,
        });
        result
    }
}
