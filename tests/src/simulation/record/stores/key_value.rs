//! Documents, as one process uses them.

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::store::memory::MemoryKeyValue;
use beehive_core::store::{
    Entry, EntryInfo, Etag, KeyValueStore, ListOptions, Listing, Precondition, PutOptions,
    StoreCapabilities, Value,
};

use super::super::super::outage::Asked;
use super::super::outcome::Outcome;
use super::Recorded;

#[async_trait]
impl KeyValueStore for Recorded<MemoryKeyValue> {
    fn capabilities(&self) -> &StoreCapabilities {
        self.inner.capabilities()
    }

    async fn put(&self, key: &str, value: Value, options: PutOptions) -> Result<Etag> {
        self.witness.admit(Asked::Store)?;
        // What is streamed shows as such; nobody here streams.
        let what = match &value {
            Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Value::Stream(_) => "a stream".to_owned(),
        };
        let result = self.inner.put(key, value, options).await;
        self.witness
            .note(format_args!("puts {key} {what}: {}", Outcome(&result)));
        result
    }

    async fn get(&self, key: &str) -> Result<Option<Entry>> {
        self.witness.admit(Asked::Store)?;
        self.inner.get(key).await
    }

    async fn info(&self, key: &str) -> Result<Option<EntryInfo>> {
        self.witness.admit(Asked::Store)?;
        self.inner.info(key).await
    }

    async fn delete(&self, key: &str, precondition: &Precondition) -> Result<()> {
        self.witness.admit(Asked::Store)?;
        let result = self.inner.delete(key, precondition).await;
        self.witness
            .note(format_args!("deletes {key}: {}", Outcome(&result)));
        result
    }

    async fn list(&self, prefix: &str, options: &ListOptions) -> Result<Listing> {
        self.witness.admit(Asked::Store)?;
        self.inner.list(prefix, options).await
    }

    fn url(&self, key: &str) -> String {
        self.inner.url(key)
    }
}
