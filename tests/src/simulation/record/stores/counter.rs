//! Counters, as one process uses them.

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::store::memory::MemoryCounter;
use beehive_core::store::{Change, CounterOutcome, CounterStore, OperationId, StoreCapabilities};

use super::super::super::outage::Asked;
use super::Recorded;

#[async_trait]
impl CounterStore for Recorded<MemoryCounter> {
    fn capabilities(&self) -> &StoreCapabilities {
        self.inner.capabilities()
    }

    async fn change(&self, key: &str, change: &Change) -> Result<CounterOutcome> {
        self.witness.admit(Asked::Store)?;
        let result = self.inner.change(key, change).await;
        let delta = change.delta();
        let operation = change.operation().map_or("", OperationId::as_str);
        let outcome = result.as_ref().map_err(beehive_core::Error::kind);
        self.witness.note(format_args!(
            "counts {key} {delta:+} ({operation}): {outcome:?}"
        ));
        result
    }

    async fn value(&self, key: &str) -> Result<i64> {
        self.witness.admit(Asked::Store)?;
        self.inner.value(key).await
    }
}
