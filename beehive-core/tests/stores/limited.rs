//! A store that lacks every precondition, so that the suites run their negative cases.

use std::sync::LazyLock;

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::page::{Page, PageRequest};
use beehive_core::store::{
    Added, CollectionStore, Document, Entry, EntryInfo, Etag, KeyListStore, KeyValueStore,
    ListOptions, Listing, Precondition, PutOptions, Range, StoreCapabilities, Value,
};
use bytes::Bytes;

/// A store whose capabilities are less than those of the one within.
#[derive(Debug)]
pub(crate) struct Limited<S>(pub(crate) S);

static CAPABILITIES: LazyLock<StoreCapabilities> = LazyLock::new(|| {
    let mut capabilities = StoreCapabilities::full();
    capabilities.write_absent = false;
    capabilities.write_match = false;
    capabilities.delete_match = false;
    capabilities
});

#[async_trait]
impl<S: KeyValueStore> KeyValueStore for Limited<S> {
    fn capabilities(&self) -> &StoreCapabilities {
        &CAPABILITIES
    }

    async fn put(&self, key: &str, value: Value, options: PutOptions) -> Result<Etag> {
        CAPABILITIES.check_write(&options.precondition)?;
        self.0.put(key, value, options).await
    }

    async fn get(&self, key: &str) -> Result<Option<Entry>> {
        self.0.get(key).await
    }

    async fn info(&self, key: &str) -> Result<Option<EntryInfo>> {
        self.0.info(key).await
    }

    async fn delete(&self, key: &str, precondition: &Precondition) -> Result<()> {
        CAPABILITIES.check_delete(precondition)?;
        self.0.delete(key, precondition).await
    }

    async fn list(&self, prefix: &str, options: &ListOptions) -> Result<Listing> {
        self.0.list(prefix, options).await
    }

    fn url(&self, key: &str) -> String {
        self.0.url(key)
    }
}

#[async_trait]
impl<S: CollectionStore> CollectionStore for Limited<S> {
    fn capabilities(&self) -> &StoreCapabilities {
        &CAPABILITIES
    }

    async fn put(
        &self,
        collection: &str,
        id: &str,
        data: Bytes,
        precondition: &Precondition,
    ) -> Result<Etag> {
        CAPABILITIES.check_write(precondition)?;
        self.0.put(collection, id, data, precondition).await
    }

    async fn get(&self, collection: &str, id: &str) -> Result<Option<Document>> {
        self.0.get(collection, id).await
    }

    async fn delete(&self, collection: &str, id: &str, precondition: &Precondition) -> Result<()> {
        CAPABILITIES.check_delete(precondition)?;
        self.0.delete(collection, id, precondition).await
    }

    async fn range(
        &self,
        collection: &str,
        range: &Range,
        page: &PageRequest,
    ) -> Result<Page<Document>> {
        self.0.range(collection, range, page).await
    }
}

#[async_trait]
impl<S: KeyListStore> KeyListStore for Limited<S> {
    fn capabilities(&self) -> &StoreCapabilities {
        &CAPABILITIES
    }

    async fn add(
        &self,
        list: &str,
        key: &str,
        item: &str,
        precondition: &Precondition,
    ) -> Result<Added> {
        CAPABILITIES.check_write(precondition)?;
        self.0.add(list, key, item, precondition).await
    }

    async fn remove(&self, list: &str, key: &str, item: &str) -> Result<()> {
        self.0.remove(list, key, item).await
    }

    async fn contains(&self, list: &str, key: &str, item: &str) -> Result<bool> {
        self.0.contains(list, key, item).await
    }

    async fn items(&self, list: &str, key: &str, page: &PageRequest) -> Result<Page<String>> {
        self.0.items(list, key, page).await
    }

    async fn clear(&self, list: &str, key: &str) -> Result<()> {
        self.0.clear(list, key).await
    }
}
