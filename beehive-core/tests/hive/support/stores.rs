//! An inbox that fails on command.

use std::time::Duration;

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::store::memory::MemoryInbox;
use beehive_core::store::{Inbox, InboxEntry, InboxKey, InboxOutcome};

use super::faults::{Faults, Operation};

/// A lie of `look` is that nothing is known, one of `record` that it is the first.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScriptedInbox {
    inner: MemoryInbox,
    pub(crate) faults: Faults,
}

#[async_trait]
impl Inbox for ScriptedInbox {
    async fn look(&self, key: &InboxKey) -> Result<Option<InboxEntry>> {
        let looking = self.inner.look(key);
        self.faults.apply(Operation::Look, || None, looking).await
    }

    async fn record(
        &self,
        key: &InboxKey,
        entry: InboxEntry,
        retention: Duration,
    ) -> Result<InboxOutcome> {
        let recording = self.inner.record(key, entry, retention);
        let lie = || InboxOutcome::First;
        self.faults.apply(Operation::Record, lie, recording).await
    }
}
