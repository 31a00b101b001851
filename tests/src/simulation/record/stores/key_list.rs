//! Key-lists, as one process uses them.

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::page::{Page, PageRequest};
use beehive_core::store::memory::MemoryKeyList;
use beehive_core::store::{Added, KeyListStore, Precondition, StoreCapabilities};

use super::super::super::outage::Asked;
use super::super::outcome::Outcome;
use super::Recorded;

#[async_trait]
impl KeyListStore for Recorded<MemoryKeyList> {
    fn capabilities(&self) -> &StoreCapabilities {
        self.inner.capabilities()
    }

    async fn add(
        &self,
        list: &str,
        key: &str,
        item: &str,
        precondition: &Precondition,
    ) -> Result<Added> {
        self.witness.admit(Asked::Store)?;
        let result = self.inner.add(list, key, item, precondition).await;
        let outcome = result.as_ref().map_err(beehive_core::Error::kind);
        self.witness
            .note(format_args!("adds {item} to {list}/{key}: {outcome:?}"));
        result
    }

    async fn remove(&self, list: &str, key: &str, item: &str) -> Result<()> {
        self.witness.admit(Asked::Store)?;
        let result = self.inner.remove(list, key, item).await;
        self.witness.note(format_args!(
            "removes {item} from {list}/{key}: {}",
            Outcome(&result)
        ));
        result
    }

    async fn contains(&self, list: &str, key: &str, item: &str) -> Result<bool> {
        self.witness.admit(Asked::Store)?;
        self.inner.contains(list, key, item).await
    }

    async fn items(&self, list: &str, key: &str, page: &PageRequest) -> Result<Page<String>> {
        self.witness.admit(Asked::Store)?;
        self.inner.items(list, key, page).await
    }

    async fn clear(&self, list: &str, key: &str) -> Result<()> {
        self.witness.admit(Asked::Store)?;
        let result = self.inner.clear(list, key).await;
        self.witness
            .note(format_args!("clears {list}/{key}: {}", Outcome(&result)));
        result
    }
}
