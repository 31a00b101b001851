//! Receiving, recorded.

use std::num::NonZeroUsize;
use std::time::Duration;

use async_trait::async_trait;

use super::journal::{Happening, Journal};
use super::lease::RecordingLease;
use crate::error::Result;
use crate::queue::{Lease, QueueName, Receiver};

#[derive(Debug)]
pub(super) struct RecordingReceiver {
    inner: Box<dyn Receiver>,
    from: QueueName,
    journal: Journal,
}

impl RecordingReceiver {
    pub(super) fn new(inner: Box<dyn Receiver>, from: QueueName, journal: Journal) -> Self {
        Self {
            inner,
            from,
            journal,
        }
    }

    fn note(&self, lease: Lease) -> Lease {
        let event = lease.event().clone();
        let happening = Happening::Delivered {
            queue: self.from.clone(),
            attempt: lease.attempt(),
        };
        self.journal.note(&event, happening);
        let deadline = lease.deadline();
        lease.wrapped(deadline, |inner| {
            Box::new(RecordingLease {
                inner,
                event,
                from: self.from.clone(),
                journal: self.journal.clone(),
            })
        })
    }
}

#[async_trait]
impl Receiver for RecordingReceiver {
    async fn receive(&mut self, max: NonZeroUsize, wait: Duration) -> Result<Vec<Lease>> {
        let leases = self.inner.receive(max, wait).await?;
        Ok(leases.into_iter().map(|lease| self.note(lease)).collect())
    }

    async fn close(self: Box<Self>) -> Result<()> {
        self.inner.close().await
    }
}
