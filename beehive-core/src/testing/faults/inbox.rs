//! An inbox among faults.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::Fault::{StoreRefused, StoreUnconfirmed};
use super::injector::Injector;
use crate::error::Result;
use crate::store::{Inbox, InboxEntry, InboxKey, InboxOutcome};

#[derive(Debug)]
pub(super) struct Faulty {
    pub(super) inner: Arc<dyn Inbox>,
    pub(super) injector: Arc<Injector>,
}

#[async_trait]
impl Inbox for Faulty {
    async fn look(&self, key: &InboxKey) -> Result<Option<InboxEntry>> {
        self.injector.read(StoreRefused, self.inner.look(key)).await
    }

    async fn record(
        &self,
        key: &InboxKey,
        entry: InboxEntry,
        retention: Duration,
    ) -> Result<InboxOutcome> {
        let work = self.inner.record(key, entry, retention);
        self.injector
            .write(StoreRefused, StoreUnconfirmed, work)
            .await
    }
}
