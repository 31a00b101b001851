//! A collection store among faults.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use super::Fault::{StoreRefused, StoreUnconfirmed};
use super::conflict::lose_race;
use super::injector::Injector;
use crate::error::Result;
use crate::page::{Page, PageRequest};
use crate::store::{CollectionStore, Document, Etag, Precondition, Range, StoreCapabilities};

#[derive(Debug)]
pub(super) struct Faulty {
    pub(super) inner: Arc<dyn CollectionStore>,
    pub(super) injector: Arc<Injector>,
}

#[async_trait]
impl CollectionStore for Faulty {
    fn capabilities(&self) -> &StoreCapabilities {
        self.inner.capabilities()
    }

    async fn put(
        &self,
        collection: &str,
        id: &str,
        data: Bytes,
        precondition: &Precondition,
    ) -> Result<Etag> {
        lose_race(&self.injector, precondition)?;
        let work = self.inner.put(collection, id, data, precondition);
        self.injector
            .write(StoreRefused, StoreUnconfirmed, work)
            .await
    }

    async fn get(&self, collection: &str, id: &str) -> Result<Option<Document>> {
        let work = self.inner.get(collection, id);
        self.injector.read(StoreRefused, work).await
    }

    async fn delete(&self, collection: &str, id: &str, precondition: &Precondition) -> Result<()> {
        lose_race(&self.injector, precondition)?;
        let work = self.inner.delete(collection, id, precondition);
        self.injector
            .write(StoreRefused, StoreUnconfirmed, work)
            .await
    }

    async fn range(
        &self,
        collection: &str,
        range: &Range,
        page: &PageRequest,
    ) -> Result<Page<Document>> {
        let work = self.inner.range(collection, range, page);
        self.injector.read(StoreRefused, work).await
    }
}
