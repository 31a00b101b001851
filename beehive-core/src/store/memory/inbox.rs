//! An inbox in memory.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;

use crate::error::Result;
use crate::store::memory::expiring::{Expiring, Fingerprints};
use crate::store::memory::shared::lock;
use crate::store::{Inbox, InboxEntry, InboxKey, InboxOutcome};

/// An inbox in memory.
///
/// Its size is bounded: beyond its capacity, the entry that would be forgotten first is forgotten
/// at once, and that event, should it come again, is done again. Retentions of more than five
/// centuries count as five centuries.
///
/// ```
/// use std::time::Duration;
/// use beehive_core::event::EventId;
/// use beehive_core::store::memory::MemoryInbox;
/// use beehive_core::store::{Inbox, InboxEntry, InboxKey, InboxOutcome};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let inbox = MemoryInbox::with_capacity(100_000);
/// let key = InboxKey { event: EventId::new(), queue: "OrderAccepted-Payment".parse()? };
/// let entry = InboxEntry { follow_ups: 7 };
/// let day = Duration::from_secs(24 * 60 * 60);
/// assert_eq!(inbox.record(&key, entry, day).await?, InboxOutcome::First);
/// assert_eq!(inbox.record(&key, entry, day).await?, InboxOutcome::Seen(entry));
/// assert_eq!(inbox.look(&key).await?, Some(entry));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MemoryInbox {
    state: Arc<Mutex<Expiring<InboxEntry>>>,
    fingerprints: Fingerprints,
    capacity: usize,
}

impl MemoryInbox {
    /// The capacity unless another is given: 60 to 90 MB when full, as measured.
    pub const CAPACITY: usize = 1_000_000;

    /// An inbox of at most this many entries; zero counts as one.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            state: Arc::new(Mutex::new(Expiring::new())),
            fingerprints: Fingerprints::new(),
            capacity: capacity.max(1),
        }
    }

    /// The most entries it keeps.
    pub fn capacity(&self) -> usize {
        self.capacity
    }
}

impl Default for MemoryInbox {
    fn default() -> Self {
        Self::with_capacity(Self::CAPACITY)
    }
}

#[async_trait]
impl Inbox for MemoryInbox {
    async fn look(&self, key: &InboxKey) -> Result<Option<InboxEntry>> {
        let key = self.fingerprints.of(key);
        let entries = lock(&self.state);
        Ok(entries.get(key, entries.now()))
    }

    async fn record(
        &self,
        key: &InboxKey,
        entry: InboxEntry,
        retention: Duration,
    ) -> Result<InboxOutcome> {
        let key = self.fingerprints.of(key);
        let mut entries = lock(&self.state);
        let now = entries.now();
        if let Some(first) = entries.get(key, now) {
            return Ok(InboxOutcome::Seen(first));
        }
        entries.clear_ended(now);
        entries.set(key, entry, now, retention);
        if entries.len() > self.capacity {
            entries.clear_oldest();
        }
        Ok(InboxOutcome::First)
    }
}
