//! A counter store among faults.

use std::sync::Arc;

use async_trait::async_trait;

use super::Fault::{StoreRefused, StoreUnconfirmed};
use super::injector::Injector;
use crate::error::Result;
use crate::store::{Change, CounterOutcome, CounterStore, StoreCapabilities};

#[derive(Debug)]
pub(super) struct Faulty {
    pub(super) inner: Arc<dyn CounterStore>,
    pub(super) injector: Arc<Injector>,
}

#[async_trait]
impl CounterStore for Faulty {
    fn capabilities(&self) -> &StoreCapabilities {
        self.inner.capabilities()
    }

    async fn change(&self, key: &str, change: &Change) -> Result<CounterOutcome> {
        let work = self.inner.change(key, change);
        self.injector
            .write(StoreRefused, StoreUnconfirmed, work)
            .await
    }

    async fn value(&self, key: &str) -> Result<i64> {
        self.injector
            .read(StoreRefused, self.inner.value(key))
            .await
    }
}
