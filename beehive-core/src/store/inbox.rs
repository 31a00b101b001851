//! Inbox: which events a subscription has done already.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::Result;
use crate::event::EventId;
use crate::queue::QueueName;

/// What an inbox remembers by: the same event is done once per subscription, not once for all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InboxKey {
    /// The event.
    pub event: EventId,
    /// The subscription or simple queue that it was delivered from.
    pub queue: QueueName,
}

/// What an inbox remembers of an event that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InboxEntry {
    /// A mark of the follow-ups that were published, to notice a run that announced others.
    pub follow_ups: u64,
}

/// Whether an event was done for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InboxOutcome {
    /// It was; it is remembered now.
    First,
    /// It had been done before; what is remembered stays.
    Seen(InboxEntry),
}

/// The contract of an inbox backend.
///
/// The factory actor looks before it runs the actor, and records after the follow-ups are confirmed
/// and before it commits: a crash before recording runs the actor again, one after it does not.
#[async_trait]
pub trait Inbox: fmt::Debug + Send + Sync + 'static {
    /// What is remembered of an event; `None` if it was not done, or is forgotten.
    async fn look(&self, key: &InboxKey) -> Result<Option<InboxEntry>>;

    /// Remembers that an event was done, for at least `retention`. Of several that record the same
    /// key at once, exactly one is the first.
    async fn record(
        &self,
        key: &InboxKey,
        entry: InboxEntry,
        retention: Duration,
    ) -> Result<InboxOutcome>;
}
