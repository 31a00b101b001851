//! A key-value store among faults.

use std::sync::Arc;

use async_trait::async_trait;

use super::Fault::{StoreRefused, StoreUnconfirmed};
use super::conflict::lose_race;
use super::injector::Injector;
use crate::error::Result;
use crate::store::{
    Entry, EntryInfo, Etag, KeyValueStore, ListOptions, Listing, Precondition, PutOptions,
    StoreCapabilities, Value,
};

#[derive(Debug)]
pub(super) struct Faulty {
    pub(super) inner: Arc<dyn KeyValueStore>,
    pub(super) injector: Arc<Injector>,
}

#[async_trait]
impl KeyValueStore for Faulty {
    fn capabilities(&self) -> &StoreCapabilities {
        self.inner.capabilities()
    }

    async fn put(&self, key: &str, value: Value, options: PutOptions) -> Result<Etag> {
        lose_race(&self.injector, &options.precondition)?;
        let work = self.inner.put(key, value, options);
        self.injector
            .write(StoreRefused, StoreUnconfirmed, work)
            .await
    }

    async fn get(&self, key: &str) -> Result<Option<Entry>> {
        self.injector.read(StoreRefused, self.inner.get(key)).await
    }

    async fn info(&self, key: &str) -> Result<Option<EntryInfo>> {
        self.injector.read(StoreRefused, self.inner.info(key)).await
    }

    async fn delete(&self, key: &str, precondition: &Precondition) -> Result<()> {
        lose_race(&self.injector, precondition)?;
        let work = self.inner.delete(key, precondition);
        self.injector
            .write(StoreRefused, StoreUnconfirmed, work)
            .await
    }

    async fn list(&self, prefix: &str, options: &ListOptions) -> Result<Listing> {
        let work = self.inner.list(prefix, options);
        self.injector.read(StoreRefused, work).await
    }

    fn url(&self, key: &str) -> String {
        self.inner.url(key)
    }
}
