//! Receiving, as one process does it.

use std::num::NonZeroUsize;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::queue::{Lease, QueueName, Receiver};

use super::lease::RecordedLease;
use super::witness::Witness;

#[derive(Debug)]
pub(super) struct RecordedReceiver {
    inner: Box<dyn Receiver>,
    from: QueueName,
    witness: Witness,
}

impl RecordedReceiver {
    pub(super) fn new(inner: Box<dyn Receiver>, from: QueueName, witness: Witness) -> Self {
        Self {
            inner,
            from,
            witness,
        }
    }

    fn note(&self, lease: Lease) -> Lease {
        let (id, attempt) = (lease.event().id().clone(), lease.attempt());
        let from = self.from.clone();
        self.witness.note(format_args!(
            "receives {id} from {from}, attempt {attempt}, {} noted",
            lease.history().attempts
        ));
        let deadline = lease.deadline();
        lease.wrapped(deadline, |inner| {
            let witness = self.witness.clone();
            Box::new(RecordedLease::new(inner, id, from, deadline, witness))
        })
    }
}

#[async_trait]
impl Receiver for RecordedReceiver {
    async fn receive(&mut self, max: NonZeroUsize, wait: Duration) -> Result<Vec<Lease>> {
        let leases = self.inner.receive(max, wait).await?;
        Ok(leases.into_iter().map(|lease| self.note(lease)).collect())
    }

    async fn close(self: Box<Self>) -> Result<()> {
        self.inner.close().await
    }
}
