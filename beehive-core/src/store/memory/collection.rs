//! Documents in memory, by collection and id.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;

use crate::error::{Error, Result};
use crate::page::{Page, PageRequest};
use crate::store::memory::shared::{lock, page_limit, page_of};
use crate::store::{CollectionStore, Document, Etag, Precondition, Range, StoreCapabilities};

/// A collection store in memory.
///
/// ```
/// use beehive_core::ErrorKind;
/// use beehive_core::store::memory::MemoryCollection;
/// use beehive_core::store::{CollectionStore, Precondition};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let store = MemoryCollection::default().with_value_max(3);
/// store.put("orders", "1", "abc".into(), &Precondition::None).await?;
/// let refused = store.put("orders", "2", "abcd".into(), &Precondition::None).await;
/// assert_eq!(refused.unwrap_err().kind(), ErrorKind::Limit);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MemoryCollection {
    capabilities: StoreCapabilities,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Empty collections are removed.
    collections: HashMap<String, BTreeMap<String, Stored>>,
    /// The version of the last write, of whatever id: never given twice, also after a delete.
    version: u64,
}

#[derive(Debug)]
struct Stored {
    data: Bytes,
    etag: Etag,
}

impl Default for MemoryCollection {
    fn default() -> Self {
        Self {
            capabilities: StoreCapabilities::full(),
            state: Arc::default(),
        }
    }
}

impl MemoryCollection {
    /// Refuses documents of more bytes. Clones made before keep their limit.
    #[must_use]
    pub fn with_value_max(mut self, value_max: u64) -> Self {
        self.capabilities.value_max = Some(value_max);
        self
    }

    fn check_place(&self, collection: &str, id: &str) -> Result<()> {
        self.capabilities.check_key(collection)?;
        self.capabilities.check_key(id)
    }
}

impl State {
    fn etag_of(&self, collection: &str, id: &str) -> Option<&Etag> {
        Some(&self.collections.get(collection)?.get(id)?.etag)
    }
}

#[async_trait]
impl CollectionStore for MemoryCollection {
    fn capabilities(&self) -> &StoreCapabilities {
        &self.capabilities
    }

    async fn put(
        &self,
        collection: &str,
        id: &str,
        data: Bytes,
        precondition: &Precondition,
    ) -> Result<Etag> {
        let failed = |error| at(error, "put document", collection, id);
        self.check_place(collection, id)
            .and_then(|()| self.capabilities.check_value(data.len()))
            .map_err(failed)?;
        let mut state = lock(&self.state);
        precondition
            .check(state.etag_of(collection, id))
            .map_err(failed)?;
        state.version += 1;
        let etag = Etag::new(state.version.to_string());
        let stored = Stored {
            data,
            etag: etag.clone(),
        };
        // Looks before it inserts, so that writing what exists allocates no names.
        if let Some(documents) = state.collections.get_mut(collection) {
            if let Some(document) = documents.get_mut(id) {
                *document = stored;
            } else {
                documents.insert(id.to_owned(), stored);
            }
        } else {
            let documents = BTreeMap::from([(id.to_owned(), stored)]);
            state.collections.insert(collection.to_owned(), documents);
        }
        Ok(etag)
    }

    async fn get(&self, collection: &str, id: &str) -> Result<Option<Document>> {
        self.check_place(collection, id)
            .map_err(|error| at(error, "get document", collection, id))?;
        let state = lock(&self.state);
        let stored = state.collections.get(collection).and_then(|of| of.get(id));
        Ok(stored.map(|stored| stored.document(id)))
    }

    async fn delete(&self, collection: &str, id: &str, precondition: &Precondition) -> Result<()> {
        let failed = |error| at(error, "delete document", collection, id);
        self.check_place(collection, id)
            .and_then(|()| self.capabilities.check_delete(precondition))
            .map_err(failed)?;
        let mut state = lock(&self.state);
        precondition
            .check(state.etag_of(collection, id))
            .map_err(failed)?;
        if let Some(documents) = state.collections.get_mut(collection) {
            documents.remove(id);
            if documents.is_empty() {
                state.collections.remove(collection);
            }
        }
        Ok(())
    }

    async fn range(
        &self,
        collection: &str,
        range: &Range,
        page: &PageRequest,
    ) -> Result<Page<Document>> {
        self.capabilities.check_key(collection).map_err(|error| {
            error
                .with_operation("read range")
                .with_context("collection", collection)
        })?;
        let start = match page.after() {
            Some(cursor) => Bound::Excluded(cursor.as_str()),
            None => Bound::Included(range.start()),
        };
        let state = lock(&self.state);
        let documents = state
            .collections
            .get(collection)
            .into_iter()
            .flat_map(|of| of.range::<str, _>((start, Bound::Unbounded)))
            .take_while(|(id, _)| range.contains(id));
        let found = page_of(documents, page_limit(page), |(id, _)| id.as_str());
        Ok(found.map(|(id, stored)| stored.document(id)))
    }
}

impl Stored {
    fn document(&self, id: &str) -> Document {
        Document {
            id: id.to_owned(),
            data: self.data.clone(),
            etag: self.etag.clone(),
        }
    }
}

fn at(error: Error, operation: &'static str, collection: &str, id: &str) -> Error {
    error
        .with_operation(operation)
        .with_context("collection", collection)
        .with_context("id", id)
}
