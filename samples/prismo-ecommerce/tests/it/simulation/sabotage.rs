//! Stores that break their promises, to show that the simulation notices.

use async_trait::async_trait;
use beehive_core::{
    Result,
    prelude::*,
    store::{CollectionStore, CounterStore, Document, Range, StoreCapabilities, memory},
};
use bytes::Bytes;

/// A counter that applies an operation again.
#[derive(Debug, Default)]
pub(crate) struct Forgetful(memory::MemoryCounter);

#[async_trait]
impl CounterStore for Forgetful {
    fn capabilities(&self) -> &StoreCapabilities {
        self.0.capabilities()
    }

    async fn change(&self, key: &str, change: &Change) -> Result<CounterOutcome> {
        let again = Change::add(change.delta());
        let again = match change.floor() {
            Some(floor) => again.with_floor(floor),
            None => again,
        };
        self.0.change(key, &again).await
    }

    async fn value(&self, key: &str) -> Result<i64> {
        self.0.value(key).await
    }
}

/// A collection that overwrites whatever is there.
#[derive(Debug, Default)]
pub(crate) struct Careless(memory::MemoryCollection);

#[async_trait]
impl CollectionStore for Careless {
    fn capabilities(&self) -> &StoreCapabilities {
        self.0.capabilities()
    }

    async fn put(
        &self,
        collection: &str,
        id: &str,
        data: Bytes,
        _precondition: &Precondition,
    ) -> Result<Etag> {
        self.0.put(collection, id, data, &Precondition::None).await
    }

    async fn get(&self, collection: &str, id: &str) -> Result<Option<Document>> {
        self.0.get(collection, id).await
    }

    async fn delete(&self, collection: &str, id: &str, precondition: &Precondition) -> Result<()> {
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
