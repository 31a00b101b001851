//! Values in memory, by key.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;

use crate::error::{Error, Result};
use crate::store::memory::shared::lock;
use crate::store::{
    Entry, EntryInfo, Etag, KeyValueStore, ListOptions, Listing, Metadata, Precondition,
    PutOptions, StoreCapabilities, Value,
};

mod list;

/// A key-value store in memory. Values are held whole, also those that were written as a stream.
///
/// ```
/// use beehive_core::prelude::*;
/// use beehive_core::store::KeyValueStore;
/// use beehive_core::store::memory::MemoryKeyValue;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let store = MemoryKeyValue::default().with_value_max(1024);
/// store.put("notes/1", "hello".into(), PutOptions::insert()).await?;
/// let entry = store.get("notes/1").await?.expect("just written");
/// assert_eq!(entry.value.into_bytes(1024).await?, "hello");
/// assert_eq!(store.url("notes/1"), "memory:///notes/1");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MemoryKeyValue {
    capabilities: StoreCapabilities,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    values: BTreeMap<String, Stored>,
    /// The version of the last write, of whatever key: never given twice, also after a delete.
    version: u64,
}

#[derive(Debug)]
struct Stored {
    bytes: Bytes,
    etag: Etag,
    modified: Timestamp,
    content_type: Option<String>,
    metadata: Metadata,
}

impl Default for MemoryKeyValue {
    fn default() -> Self {
        Self {
            capabilities: StoreCapabilities::full(),
            state: Arc::default(),
        }
    }
}

impl MemoryKeyValue {
    /// Refuses values of more bytes. Clones made before keep their limit.
    #[must_use]
    pub fn with_value_max(mut self, value_max: u64) -> Self {
        self.capabilities.value_max = Some(value_max);
        self
    }

    /// Takes in a value, a stream piece by piece, up to where it becomes too large.
    async fn whole(&self, value: Value) -> Result<Bytes> {
        if let Value::Bytes(bytes) = value {
            self.capabilities.check_value(bytes.len())?;
            return Ok(bytes);
        }
        let max = self.capabilities.value_max.unwrap_or(u64::MAX);
        value
            .into_bytes(usize::try_from(max).unwrap_or(usize::MAX))
            .await
    }
}

impl Stored {
    fn info(&self, key: &str) -> EntryInfo {
        EntryInfo {
            key: key.to_owned(),
            etag: self.etag.clone(),
            size: self.bytes.len() as u64,
            modified: self.modified,
            content_type: self.content_type.clone(),
            metadata: self.metadata.clone(),
        }
    }
}

#[async_trait]
impl KeyValueStore for MemoryKeyValue {
    fn capabilities(&self) -> &StoreCapabilities {
        &self.capabilities
    }

    async fn put(&self, key: &str, value: Value, options: PutOptions) -> Result<Etag> {
        let failed = |error| at(error, "put value", key);
        self.capabilities
            .check_key(key)
            .and_then(|()| options.check())
            .map_err(failed)?;
        let bytes = self.whole(value).await.map_err(failed)?;
        let mut state = lock(&self.state);
        let current = state.values.get(key).map(|stored| &stored.etag);
        options.precondition.check(current).map_err(failed)?;
        state.version += 1;
        let etag = Etag::new(state.version.to_string());
        let stored = Stored {
            bytes,
            etag: etag.clone(),
            modified: Timestamp::now(),
            content_type: options.content_type,
            metadata: options.metadata,
        };
        state.values.insert(key.to_owned(), stored);
        Ok(etag)
    }

    async fn get(&self, key: &str) -> Result<Option<Entry>> {
        self.capabilities
            .check_key(key)
            .map_err(|error| at(error, "get value", key))?;
        let state = lock(&self.state);
        Ok(state.values.get(key).map(|stored| Entry {
            info: stored.info(key),
            value: Value::Bytes(stored.bytes.clone()),
        }))
    }

    async fn info(&self, key: &str) -> Result<Option<EntryInfo>> {
        self.capabilities
            .check_key(key)
            .map_err(|error| at(error, "get info", key))?;
        let state = lock(&self.state);
        Ok(state.values.get(key).map(|stored| stored.info(key)))
    }

    async fn delete(&self, key: &str, precondition: &Precondition) -> Result<()> {
        let failed = |error| at(error, "delete value", key);
        self.capabilities
            .check_key(key)
            .and_then(|()| self.capabilities.check_delete(precondition))
            .map_err(failed)?;
        let mut state = lock(&self.state);
        let current = state.values.get(key).map(|stored| &stored.etag);
        precondition.check(current).map_err(failed)?;
        state.values.remove(key);
        Ok(())
    }

    async fn list(&self, prefix: &str, options: &ListOptions) -> Result<Listing> {
        list::list(&lock(&self.state).values, prefix, options).map_err(|error| {
            error
                .with_operation("list values")
                .with_context("prefix", prefix)
        })
    }

    fn url(&self, key: &str) -> String {
        let mut url = String::from("memory:///");
        for byte in key.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
                url.push(char::from(byte));
            } else {
                // Writing to a string cannot fail.
                let _ = write!(url, "%{byte:02X}");
            }
        }
        url
    }
}

fn at(error: Error, operation: &'static str, key: &str) -> Error {
    error.with_operation(operation).with_context("key", key)
}
