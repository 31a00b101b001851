//! Key-list: named lists of unique items under a key.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::error::{Error, ErrorKind, Result};
use crate::page::{Page, PageRequest};
use crate::store::{Precondition, StoreCapabilities};

/// Whether an item was new to its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is in the list now.
    New,
    /// It was there before.
    Already,
}

/// The contract of a key-list backend.
///
/// A list is found by its name and a key; its items are text, unique, in order of their bytes.
/// Reading a list sees every item whose adding ended before the reading began.
#[async_trait]
pub trait KeyListStore: fmt::Debug + Send + Sync + 'static {
    /// What it can do.
    fn capabilities(&self) -> &StoreCapabilities;

    /// Adds an item. With [`Precondition::Absent`], one that is there already is an
    /// [`ErrorKind::AlreadyExists`]; items have no versions, so
    /// [`Precondition::Match`] is [`ErrorKind::Unsupported`].
    async fn add(
        &self,
        list: &str,
        key: &str,
        item: &str,
        precondition: &Precondition,
    ) -> Result<Added>;

    /// Removes an item; one that is not there is removed already.
    async fn remove(&self, list: &str, key: &str, item: &str) -> Result<()>;

    /// Whether the item is in the list.
    async fn contains(&self, list: &str, key: &str, item: &str) -> Result<bool>;

    /// A page of the items.
    async fn items(&self, list: &str, key: &str, page: &PageRequest) -> Result<Page<String>>;

    /// Removes all items.
    async fn clear(&self, list: &str, key: &str) -> Result<()>;
}

/// A handle on a key-list store, for the field of an actor.
///
/// Good for gathering what was scattered: each branch adds its flag, then reads the list; whoever
/// finds all flags there may move the process on.
///
/// ```
/// use beehive_core::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let flags = Stores::memory().key_list()?;
/// assert_eq!(flags.add("ready", "order-1", "item-a").await?, Added::New);
/// assert_eq!(flags.add("ready", "order-1", "item-a").await?, Added::Already);
/// assert_eq!(flags.all("ready", "order-1", 5).await?, ["item-a"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct KeyList {
    store: Arc<dyn KeyListStore>,
}

impl KeyList {
    /// A handle on this store.
    pub fn new(store: Arc<dyn KeyListStore>) -> Self {
        Self { store }
    }

    /// The store itself.
    pub fn store(&self) -> &dyn KeyListStore {
        &*self.store
    }

    /// Adds an item.
    ///
    /// # Errors
    /// Those of the backend.
    pub async fn add(&self, list: &str, key: &str, item: &str) -> Result<Added> {
        self.store.add(list, key, item, &Precondition::None).await
    }

    /// Adds an item that must be new.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] if it is there already.
    pub async fn insert(&self, list: &str, key: &str, item: &str) -> Result<()> {
        self.store
            .add(list, key, item, &Precondition::Absent)
            .await
            .map(drop)
    }

    /// Removes an item; one that is not there is removed already.
    ///
    /// # Errors
    /// Those of the backend.
    pub async fn remove(&self, list: &str, key: &str, item: &str) -> Result<()> {
        self.store.remove(list, key, item).await
    }

    /// Whether the item is in the list.
    ///
    /// # Errors
    /// Those of the backend.
    pub async fn contains(&self, list: &str, key: &str, item: &str) -> Result<bool> {
        self.store.contains(list, key, item).await
    }

    /// A page of the items.
    ///
    /// # Errors
    /// Those of the backend.
    pub async fn items(&self, list: &str, key: &str, page: &PageRequest) -> Result<Page<String>> {
        self.store.items(list, key, page).await
    }

    /// All items, for a list that is known to be short.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if there are more than `max`.
    pub async fn all(&self, list: &str, key: &str, max: usize) -> Result<Vec<String>> {
        let mut items = Vec::new();
        // One more than allowed, so that a list of `max` is read at once and known to end there.
        let request = PageRequest::first(max.saturating_add(1));
        let mut page = self.store.items(list, key, &request).await?;
        loop {
            items.append(&mut page.items);
            if items.len() > max {
                return Err(
                    Error::new(ErrorKind::Limit, "the list is longer than allowed")
                        .with_operation("read all items")
                        .with_context("list", list)
                        .with_context("key", key)
                        .with_context("limit", max),
                );
            }
            let Some(next) = page.next else {
                return Ok(items);
            };
            page = self
                .store
                .items(list, key, &request.clone().starting_at(next))
                .await?;
        }
    }

    /// Removes all items.
    ///
    /// # Errors
    /// Those of the backend.
    pub async fn clear(&self, list: &str, key: &str) -> Result<()> {
        self.store.clear(list, key).await
    }
}
