//! The inbox, as one process uses it.

use std::time::Duration;

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::store::memory::MemoryInbox;
use beehive_core::store::{Inbox, InboxEntry, InboxKey, InboxOutcome};

use super::super::super::outage::Asked;
use super::Recorded;

#[async_trait]
impl Inbox for Recorded<MemoryInbox> {
    async fn look(&self, key: &InboxKey) -> Result<Option<InboxEntry>> {
        self.witness.admit(Asked::Inbox)?;
        self.inner.look(key).await
    }

    async fn record(
        &self,
        key: &InboxKey,
        entry: InboxEntry,
        retention: Duration,
    ) -> Result<InboxOutcome> {
        self.witness.admit(Asked::Inbox)?;
        let result = self.inner.record(key, entry, retention).await;
        let InboxKey { event, queue } = key;
        let mark = entry.follow_ups;
        let outcome = result.as_ref().map_err(beehive_core::Error::kind);
        self.witness.note(format_args!(
            "records {event} in {queue} with {mark:x}: {outcome:?}"
        ));
        result
    }
}
