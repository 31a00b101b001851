//! A key-list store among faults.

use std::sync::Arc;

use async_trait::async_trait;

use super::Fault::{StoreRefused, StoreUnconfirmed};
use super::injector::Injector;
use crate::error::Result;
use crate::page::{Page, PageRequest};
use crate::store::{Added, KeyListStore, Precondition, StoreCapabilities};

#[derive(Debug)]
pub(super) struct Faulty {
    pub(super) inner: Arc<dyn KeyListStore>,
    pub(super) injector: Arc<Injector>,
}

#[async_trait]
impl KeyListStore for Faulty {
    fn capabilities(&self) -> &StoreCapabilities {
        self.inner.capabilities()
    }

    async fn add(
        &self,
        list: &str,
        key: &str,
        item: &str,
        precondition: &Precondition,
    ) -> Result<Added> {
        let work = self.inner.add(list, key, item, precondition);
        self.injector
            .write(StoreRefused, StoreUnconfirmed, work)
            .await
    }

    async fn remove(&self, list: &str, key: &str, item: &str) -> Result<()> {
        let work = self.inner.remove(list, key, item);
        self.injector
            .write(StoreRefused, StoreUnconfirmed, work)
            .await
    }

    async fn contains(&self, list: &str, key: &str, item: &str) -> Result<bool> {
        let work = self.inner.contains(list, key, item);
        self.injector.read(StoreRefused, work).await
    }

    async fn items(&self, list: &str, key: &str, page: &PageRequest) -> Result<Page<String>> {
        let work = self.inner.items(list, key, page);
        self.injector.read(StoreRefused, work).await
    }

    async fn clear(&self, list: &str, key: &str) -> Result<()> {
        let work = self.inner.clear(list, key);
        self.injector
            .write(StoreRefused, StoreUnconfirmed, work)
            .await
    }
}
