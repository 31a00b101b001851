//! Stores between whose operations a run can be stopped.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use async_trait::async_trait;
use beehive_core::{
    Result,
    page::{Page, PageRequest},
    prelude::*,
    store::{
        CollectionStore, CounterStore, Document, Entry, EntryInfo, KeyListStore, KeyValueStore,
        ListOptions, Listing, Range, StoreCapabilities, Value,
    },
};
use bytes::Bytes;
use prismo_ecommerce::state::OrderRecord;

/// The same stores; every operation takes three polls, and takes effect in the second.
pub(crate) fn stores(stores: &Stores) -> Stores {
    Stores::none()
        .with_collection(Interruptible(stores.collection::<OrderRecord>().unwrap()))
        .with_counter(Interruptible(stores.counter().unwrap()))
        .with_key_list(Interruptible(stores.key_list().unwrap()))
        .with_key_value(Interruptible(stores.key_value().unwrap()))
}

struct Interruptible<H>(H);

impl<H> fmt::Debug for Interruptible<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interruptible")
    }
}

/// A point where the adversary may do something else first, or never come back.
#[derive(Default)]
struct Pause(bool);

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

async fn interruptibly<T>(operation: impl Future<Output = T>) -> T {
    Pause::default().await;
    let answer = operation.await;
    Pause::default().await;
    answer
}

#[async_trait]
impl CollectionStore for Interruptible<Collection<OrderRecord>> {
    fn capabilities(&self) -> &StoreCapabilities {
        self.0.store().capabilities()
    }

    async fn put(
        &self,
        collection: &str,
        id: &str,
        data: Bytes,
        precondition: &Precondition,
    ) -> Result<Etag> {
        interruptibly(self.0.store().put(collection, id, data, precondition)).await
    }

    async fn get(&self, collection: &str, id: &str) -> Result<Option<Document>> {
        interruptibly(self.0.store().get(collection, id)).await
    }

    async fn delete(&self, collection: &str, id: &str, precondition: &Precondition) -> Result<()> {
        interruptibly(self.0.store().delete(collection, id, precondition)).await
    }

    async fn range(
        &self,
        collection: &str,
        range: &Range,
        page: &PageRequest,
    ) -> Result<Page<Document>> {
        interruptibly(self.0.store().range(collection, range, page)).await
    }
}

#[async_trait]
impl CounterStore for Interruptible<Counter> {
    fn capabilities(&self) -> &StoreCapabilities {
        self.0.store().capabilities()
    }

    async fn change(&self, key: &str, change: &Change) -> Result<CounterOutcome> {
        interruptibly(self.0.change(key, change)).await
    }

    async fn value(&self, key: &str) -> Result<i64> {
        interruptibly(self.0.value(key)).await
    }
}

#[async_trait]
impl KeyListStore for Interruptible<KeyList> {
    fn capabilities(&self) -> &StoreCapabilities {
        self.0.store().capabilities()
    }

    async fn add(
        &self,
        list: &str,
        key: &str,
        item: &str,
        precondition: &Precondition,
    ) -> Result<Added> {
        interruptibly(self.0.store().add(list, key, item, precondition)).await
    }

    async fn remove(&self, list: &str, key: &str, item: &str) -> Result<()> {
        interruptibly(self.0.remove(list, key, item)).await
    }

    async fn contains(&self, list: &str, key: &str, item: &str) -> Result<bool> {
        interruptibly(self.0.contains(list, key, item)).await
    }

    async fn items(&self, list: &str, key: &str, page: &PageRequest) -> Result<Page<String>> {
        interruptibly(self.0.items(list, key, page)).await
    }

    async fn clear(&self, list: &str, key: &str) -> Result<()> {
        interruptibly(self.0.clear(list, key)).await
    }
}

#[async_trait]
impl KeyValueStore for Interruptible<KeyValue> {
    fn capabilities(&self) -> &StoreCapabilities {
        self.0.store().capabilities()
    }

    async fn put(&self, key: &str, value: Value, options: PutOptions) -> Result<Etag> {
        interruptibly(self.0.store().put(key, value, options)).await
    }

    async fn get(&self, key: &str) -> Result<Option<Entry>> {
        interruptibly(self.0.get(key)).await
    }

    async fn info(&self, key: &str) -> Result<Option<EntryInfo>> {
        interruptibly(self.0.info(key)).await
    }

    async fn delete(&self, key: &str, precondition: &Precondition) -> Result<()> {
        interruptibly(self.0.delete(key, precondition)).await
    }

    async fn list(&self, prefix: &str, options: &ListOptions) -> Result<Listing> {
        interruptibly(self.0.list(prefix, options)).await
    }

    fn url(&self, key: &str) -> String {
        self.0.url(key)
    }
}
