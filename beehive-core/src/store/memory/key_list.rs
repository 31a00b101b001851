//! Key-lists in memory.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use crate::error::{Error, ErrorKind, Result};
use crate::page::{Page, PageRequest};
use crate::store::memory::shared::{lock, page_limit, page_of};
use crate::store::{Added, KeyListStore, Precondition, StoreCapabilities};

/// A key-list store in memory.
///
/// ```
/// use beehive_core::page::PageRequest;
/// use beehive_core::store::memory::MemoryKeyList;
/// use beehive_core::store::{KeyListStore, Precondition};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let store = MemoryKeyList::default();
/// store.add("ready", "order-1", "b", &Precondition::None).await?;
/// store.clone().add("ready", "order-1", "a", &Precondition::None).await?;
/// let page = store.items("ready", "order-1", &PageRequest::default()).await?;
/// assert_eq!(page.items, ["a", "b"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MemoryKeyList {
    capabilities: StoreCapabilities,
    state: Arc<Mutex<Lists>>,
}

/// Items by list and key. Empty ones are removed, so that memory follows what is kept.
#[derive(Debug, Default)]
struct Lists(HashMap<String, HashMap<String, BTreeSet<String>>>);

impl Default for MemoryKeyList {
    fn default() -> Self {
        Self {
            capabilities: StoreCapabilities {
                // Items have no versions.
                write_match: false,
                delete_match: false,
                ..StoreCapabilities::full()
            },
            state: Arc::default(),
        }
    }
}

impl MemoryKeyList {
    fn check(&self, operation: &'static str, list: &str, key: &str) -> Result<()> {
        self.capabilities
            .check_key(list)
            .and_then(|()| self.capabilities.check_key(key))
            .map_err(|error| at(error, operation, list, key))
    }

    fn check_item(&self, operation: &'static str, list: &str, key: &str, item: &str) -> Result<()> {
        self.check(operation, list, key)?;
        self.capabilities
            .check_key(item)
            .map_err(|error| at(error, operation, list, key).with_context("item", item))
    }
}

impl Lists {
    fn items(&self, list: &str, key: &str) -> Option<&BTreeSet<String>> {
        self.0.get(list)?.get(key)
    }

    fn has(&self, list: &str, key: &str, item: &str) -> bool {
        self.items(list, key).is_some_and(|of| of.contains(item))
    }

    fn add(&mut self, list: &str, key: &str, item: &str) {
        // Looks before it inserts, so that adding to what exists allocates no names.
        if !self.0.contains_key(list) {
            self.0.insert(list.to_owned(), HashMap::new());
        }
        let Some(keys) = self.0.get_mut(list) else {
            return;
        };
        if let Some(items) = keys.get_mut(key) {
            items.insert(item.to_owned());
        } else {
            keys.insert(key.to_owned(), BTreeSet::from([item.to_owned()]));
        }
    }

    /// Changes a list and drops what that leaves empty.
    fn shrink(&mut self, list: &str, key: &str, change: impl FnOnce(&mut BTreeSet<String>)) {
        let Some(keys) = self.0.get_mut(list) else {
            return;
        };
        if let Some(items) = keys.get_mut(key) {
            change(items);
            if items.is_empty() {
                keys.remove(key);
            }
        }
        if keys.is_empty() {
            self.0.remove(list);
        }
    }
}

#[async_trait]
impl KeyListStore for MemoryKeyList {
    fn capabilities(&self) -> &StoreCapabilities {
        &self.capabilities
    }

    async fn add(
        &self,
        list: &str,
        key: &str,
        item: &str,
        precondition: &Precondition,
    ) -> Result<Added> {
        self.check_item("add item", list, key, item)?;
        self.capabilities
            .check_write(precondition)
            .map_err(|error| error.with_context("list", list).with_context("key", key))?;
        let mut lists = lock(&self.state);
        if !lists.has(list, key, item) {
            lists.add(list, key, item);
            return Ok(Added::New);
        }
        if *precondition == Precondition::Absent {
            let error = Error::new(ErrorKind::AlreadyExists, "the item is in the list already");
            return Err(at(error, "add item", list, key).with_context("item", item));
        }
        Ok(Added::Already)
    }

    async fn remove(&self, list: &str, key: &str, item: &str) -> Result<()> {
        self.check_item("remove item", list, key, item)?;
        lock(&self.state).shrink(list, key, |items| {
            items.remove(item);
        });
        Ok(())
    }

    async fn contains(&self, list: &str, key: &str, item: &str) -> Result<bool> {
        self.check_item("look for item", list, key, item)?;
        Ok(lock(&self.state).has(list, key, item))
    }

    async fn items(&self, list: &str, key: &str, page: &PageRequest) -> Result<Page<String>> {
        self.check("read items", list, key)?;
        let start = page
            .after()
            .map_or(Bound::Unbounded, |cursor| Bound::Excluded(cursor.as_str()));
        let lists = lock(&self.state);
        let items = lists
            .items(list, key)
            .into_iter()
            .flat_map(|of| of.range::<str, _>((start, Bound::Unbounded)));
        Ok(page_of(items, page_limit(page), |item| item.as_str()).map(String::clone))
    }

    async fn clear(&self, list: &str, key: &str) -> Result<()> {
        self.check("clear list", list, key)?;
        lock(&self.state).shrink(list, key, BTreeSet::clear);
        Ok(())
    }
}

fn at(error: Error, operation: &'static str, list: &str, key: &str) -> Error {
    error
        .with_operation(operation)
        .with_context("list", list)
        .with_context("key", key)
}
