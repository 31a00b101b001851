//! Settling among faults.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::Fault::{SettleRefused, SettleUnconfirmed};
use super::injector::Injector;
use crate::error::{Error, ErrorKind, Result};
use crate::queue::{DeadLetterRecord, FailureHistory, Settle};

#[derive(Debug)]
pub(super) struct FaultyLease {
    inner: Box<dyn Settle>,
    injector: Arc<Injector>,
    /// It expires early; the backend sees to settling, and this to extending.
    cut: bool,
}

impl FaultyLease {
    pub(super) fn new(inner: Box<dyn Settle>, injector: Arc<Injector>, cut: bool) -> Self {
        Self {
            inner,
            injector,
            cut,
        }
    }

    async fn settle<T>(&self, work: impl Future<Output = Result<T>> + Send) -> Result<T> {
        self.injector
            .write(SettleRefused, SettleUnconfirmed, work)
            .await
    }
}

#[async_trait]
impl Settle for FaultyLease {
    async fn extend(&self, duration: Duration) -> Result<Instant> {
        self.injector.life().go_on().await;
        if self.cut {
            return Err(
                Error::new(ErrorKind::LeaseLost, "an injected fault cut the lease")
                    .with_operation("extend"),
            );
        }
        self.settle(self.inner.extend(duration)).await
    }

    async fn lost(&self) {
        // Nobody tells the dead.
        self.inner.lost().await;
        self.injector.life().go_on().await;
    }

    async fn commit(&self) -> Result<()> {
        self.settle(self.inner.commit()).await
    }

    async fn abandon(&self) -> Result<()> {
        self.settle(self.inner.abandon()).await
    }

    async fn defer(&self, delay: Duration, history: FailureHistory) -> Result<()> {
        self.settle(self.inner.defer(delay, history)).await
    }

    async fn dead_letter(&self, record: &DeadLetterRecord) -> Result<()> {
        self.settle(self.inner.dead_letter(record)).await
    }
}
