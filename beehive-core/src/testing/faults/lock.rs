//! A lock store among faults.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::Fault::{StoreRefused, StoreUnconfirmed};
use super::injector::Injector;
use crate::error::Result;
use crate::store::{Grant, LockStore, StoreCapabilities};

#[derive(Debug)]
pub(super) struct Faulty {
    pub(super) inner: Arc<dyn LockStore>,
    pub(super) injector: Arc<Injector>,
}

#[async_trait]
impl LockStore for Faulty {
    fn capabilities(&self) -> &StoreCapabilities {
        self.inner.capabilities()
    }

    async fn try_acquire(&self, name: &str, duration: Duration) -> Result<Option<Grant>> {
        let work = self.inner.try_acquire(name, duration);
        self.injector
            .write(StoreRefused, StoreUnconfirmed, work)
            .await
    }

    async fn renew(&self, name: &str, fencing_token: u64, duration: Duration) -> Result<Grant> {
        let work = self.inner.renew(name, fencing_token, duration);
        self.injector
            .write(StoreRefused, StoreUnconfirmed, work)
            .await
    }

    async fn release(&self, name: &str, fencing_token: u64) -> Result<()> {
        let work = self.inner.release(name, fencing_token);
        self.injector
            .write(StoreRefused, StoreUnconfirmed, work)
            .await
    }
}
