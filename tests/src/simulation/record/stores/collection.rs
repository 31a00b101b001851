//! Collections, as one process uses them.

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::page::{Page, PageRequest};
use beehive_core::store::memory::MemoryCollection;
use beehive_core::store::{
    CollectionStore, Document, Etag, Precondition, Range, StoreCapabilities,
};
use bytes::Bytes;

use super::super::super::outage::Asked;
use super::super::outcome::Outcome;
use super::Recorded;

#[async_trait]
impl CollectionStore for Recorded<MemoryCollection> {
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
        self.witness.admit(Asked::Store)?;
        let result = self
            .inner
            .put(collection, id, data.clone(), precondition)
            .await;
        let what = String::from_utf8_lossy(&data);
        self.witness.note(format_args!(
            "puts {collection}/{id} {what}: {}",
            Outcome(&result)
        ));
        result
    }

    async fn get(&self, collection: &str, id: &str) -> Result<Option<Document>> {
        self.witness.admit(Asked::Store)?;
        self.inner.get(collection, id).await
    }

    async fn delete(&self, collection: &str, id: &str, precondition: &Precondition) -> Result<()> {
        self.witness.admit(Asked::Store)?;
        let result = self.inner.delete(collection, id, precondition).await;
        self.witness.note(format_args!(
            "deletes {collection}/{id}: {}",
            Outcome(&result)
        ));
        result
    }

    async fn range(
        &self,
        collection: &str,
        range: &Range,
        page: &PageRequest,
    ) -> Result<Page<Document>> {
        self.witness.admit(Asked::Store)?;
        self.inner.range(collection, range, page).await
    }
}
