//! The stores of a hive, together.

use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::store::memory::{
    MemoryCollection, MemoryCounter, MemoryInbox, MemoryKeyList, MemoryKeyValue, MemoryLock,
};
use crate::store::{
    Collection, CollectionStore, Counter, CounterStore, Entity, Inbox, KeyList, KeyListStore,
    KeyValue, KeyValueStore, Lock, LockStore,
};

/// The stores a hive works with; any of them may be missing.
///
/// ```
/// use beehive_core::prelude::*;
///
/// let stores = Stores::memory();
/// assert!(stores.counter().is_ok());
/// assert!(Stores::none().counter().is_err());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Stores {
    key_value: Option<Arc<dyn KeyValueStore>>,
    key_list: Option<Arc<dyn KeyListStore>>,
    collection: Option<Arc<dyn CollectionStore>>,
    counter: Option<Arc<dyn CounterStore>>,
    lock: Option<Arc<dyn LockStore>>,
    inbox: Option<Arc<dyn Inbox>>,
}

impl Stores {
    /// No stores.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// All stores in the memory of this process, each empty and shared with nobody else.
    #[must_use]
    pub fn memory() -> Self {
        Self::none()
            .with_key_value(MemoryKeyValue::default())
            .with_key_list(MemoryKeyList::default())
            .with_collection(MemoryCollection::default())
            .with_counter(MemoryCounter::default())
            .with_lock(MemoryLock::default())
            .with_inbox(MemoryInbox::default())
    }

    /// Uses this key-value store.
    #[must_use]
    pub fn with_key_value(mut self, store: impl KeyValueStore) -> Self {
        self.key_value = Some(Arc::new(store));
        self
    }

    /// Uses this key-list store.
    #[must_use]
    pub fn with_key_list(mut self, store: impl KeyListStore) -> Self {
        self.key_list = Some(Arc::new(store));
        self
    }

    /// Uses this collection store.
    #[must_use]
    pub fn with_collection(mut self, store: impl CollectionStore) -> Self {
        self.collection = Some(Arc::new(store));
        self
    }

    /// Uses this counter store.
    #[must_use]
    pub fn with_counter(mut self, store: impl CounterStore) -> Self {
        self.counter = Some(Arc::new(store));
        self
    }

    /// Uses this lock store.
    #[must_use]
    pub fn with_lock(mut self, store: impl LockStore) -> Self {
        self.lock = Some(Arc::new(store));
        self
    }

    /// Uses this inbox, which turns idempotent processing on.
    #[must_use]
    pub fn with_inbox(mut self, inbox: impl Inbox) -> Self {
        self.inbox = Some(Arc::new(inbox));
        self
    }

    /// Leaves the inbox out, which turns idempotent processing off.
    #[must_use]
    pub fn without_inbox(mut self) -> Self {
        self.inbox = None;
        self
    }

    /// The key-value store.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is none; so for all stores.
    pub fn key_value(&self) -> Result<KeyValue> {
        found("key-value", self.key_value.as_ref()).map(KeyValue::new)
    }

    /// The key-list store.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is none.
    pub fn key_list(&self) -> Result<KeyList> {
        found("key-list", self.key_list.as_ref()).map(KeyList::new)
    }

    /// The collection of an entity.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is no collection store.
    pub fn collection<T: Entity>(&self) -> Result<Collection<T>> {
        found("collection", self.collection.as_ref()).map(Collection::new)
    }

    /// The counter store.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is none.
    pub fn counter(&self) -> Result<Counter> {
        found("counter", self.counter.as_ref()).map(Counter::new)
    }

    /// The lock store.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is none.
    pub fn lock(&self) -> Result<Lock> {
        found("lock", self.lock.as_ref()).map(Lock::new)
    }

    /// The inbox, if there is one.
    pub fn inbox(&self) -> Option<Arc<dyn Inbox>> {
        self.inbox.clone()
    }
}

/// The stores themselves, for who wraps them.
#[cfg(feature = "testing")]
impl Stores {
    pub(crate) fn key_value_store(&self) -> Option<Arc<dyn KeyValueStore>> {
        self.key_value.clone()
    }

    pub(crate) fn key_list_store(&self) -> Option<Arc<dyn KeyListStore>> {
        self.key_list.clone()
    }

    pub(crate) fn collection_store(&self) -> Option<Arc<dyn CollectionStore>> {
        self.collection.clone()
    }

    pub(crate) fn counter_store(&self) -> Option<Arc<dyn CounterStore>> {
        self.counter.clone()
    }

    pub(crate) fn lock_store(&self) -> Option<Arc<dyn LockStore>> {
        self.lock.clone()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.key_value.is_none()
            && self.key_list.is_none()
            && self.collection.is_none()
            && self.counter.is_none()
            && self.lock.is_none()
            && self.inbox.is_none()
    }
}

fn found<S: ?Sized>(store: &'static str, given: Option<&Arc<S>>) -> Result<Arc<S>> {
    given.map(Arc::clone).ok_or_else(|| {
        Error::new(
            ErrorKind::Configuration,
            "the hive has no such store; give one with `Stores::with_…`",
        )
        .with_context("store", store)
    })
}
