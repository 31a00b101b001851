//! Broken inboxes.

use std::time::Duration;

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::event::EventId;
use beehive_core::queue::QueueName;
use beehive_core::store::memory::MemoryInbox;
use beehive_core::store::{Inbox, InboxEntry, InboxKey, InboxOutcome};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Defect {
    /// The wrapper itself, which must pass.
    None,
    AlwaysFirst,
    CheckedBefore,
    CapacityTooSmall,
    EventCaseLost,
    ForgetsEarly,
    LastEntryTold,
    LookRemembers,
    NeverForgets,
    PartsJoined,
    QueueIgnored,
}

impl Defect {
    pub(crate) const ALL: &[(Self, &str)] = &[
        (Self::AlwaysFirst, "record/first"),
        (Self::CheckedBefore, "record/at_once"),
        (Self::CheckedBefore, "expiry/at_once"),
        (Self::CapacityTooSmall, "record/first"),
        (Self::EventCaseLost, "record/ids"),
        (Self::ForgetsEarly, "expiry/keeps"),
        (Self::LastEntryTold, "record/entry"),
        (Self::LookRemembers, "look/changes_nothing"),
        (Self::NeverForgets, "expiry/forgets"),
        (Self::PartsJoined, "record/ids"),
        (Self::QueueIgnored, "record/queues"),
    ];
}

#[derive(Debug)]
pub(crate) struct BrokenInbox {
    inner: MemoryInbox,
    defect: Defect,
}

impl BrokenInbox {
    pub(crate) fn new(defect: Defect) -> Self {
        let inner = match defect {
            Defect::CapacityTooSmall => MemoryInbox::with_capacity(1),
            _ => MemoryInbox::default(),
        };
        Self { inner, defect }
    }

    fn key(&self, key: &InboxKey) -> InboxKey {
        let event = key.event.to_string();
        let (event, queue) = match self.defect {
            Defect::EventCaseLost => (event.to_lowercase(), key.queue.to_string()),
            Defect::PartsJoined => (format!("{event}{}", key.queue), "All-All".into()),
            Defect::QueueIgnored => (event, "All-All".into()),
            _ => return key.clone(),
        };
        InboxKey {
            event: EventId::parse(&event).expect("an id, changed little, is an id"),
            queue: QueueName::parse(&queue).expect("the name of a queue"),
        }
    }
}

#[async_trait]
impl Inbox for BrokenInbox {
    async fn look(&self, key: &InboxKey) -> Result<Option<InboxEntry>> {
        let key = &self.key(key);
        let found = self.inner.look(key).await?;
        if self.defect == Defect::LookRemembers {
            let entry = InboxEntry { follow_ups: 0 };
            self.inner
                .record(key, entry, Duration::from_secs(9))
                .await?;
        }
        Ok(found)
    }

    async fn record(
        &self,
        key: &InboxKey,
        entry: InboxEntry,
        retention: Duration,
    ) -> Result<InboxOutcome> {
        let key = &self.key(key);
        let retention = match self.defect {
            Defect::ForgetsEarly => retention / 2,
            Defect::NeverForgets => retention * 1000,
            _ => retention,
        };
        if self.defect == Defect::CheckedBefore {
            let found = self.inner.look(key).await?;
            tokio::task::yield_now().await;
            self.inner.record(key, entry, retention).await?;
            return Ok(found.map_or(InboxOutcome::First, InboxOutcome::Seen));
        }
        let outcome = self.inner.record(key, entry, retention).await?;
        Ok(match (self.defect, outcome) {
            (Defect::AlwaysFirst, _) => InboxOutcome::First,
            (Defect::LastEntryTold, InboxOutcome::Seen(_)) => InboxOutcome::Seen(entry),
            (_, outcome) => outcome,
        })
    }
}
