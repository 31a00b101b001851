//! The inbox on DynamoDB: one item for each event and queue.

use std::time::Duration;

use async_trait::async_trait;
use beehive_core::store::{Inbox, InboxEntry, InboxKey, InboxOutcome};
use beehive_core::{Error, ErrorKind, Result};

use super::item::{self, entry, has_ended, read_entry};
use super::table::{Expression, Table, Written};
use crate::clock::Millis;
use crate::write_id::WriteId;

const LOOK: &str = "look into inbox";
const RECORD: &str = "record in inbox";

/// An inbox on DynamoDB.
///
/// Looking is one read of half a unit of price, recording is one write. Entries delete themselves,
/// for which DynamoDB asks nothing, some hours or days after their time; until then they are there
/// and count as gone.
#[derive(Clone, Debug)]
pub struct DynamoInbox {
    table: Table,
    /// By how much clocks may differ: an entry is kept so much longer than was asked for, so that a
    /// process whose clock is ahead does not forget too early.
    tolerance: Duration,
}

impl DynamoInbox {
    pub(super) fn new(table: Table, tolerance: Duration) -> Self {
        Self { table, tolerance }
    }

    fn partition(&self, key: &InboxKey) -> String {
        let (event, queue) = (key.event.to_string(), key.queue.to_string());
        self.table.names.two(&event, &queue)
    }

    async fn look_at(&self, key: &InboxKey) -> Result<Option<InboxEntry>> {
        let partition = self.partition(key);
        let found = self.table.read(LOOK, item::key(&partition, None)).await?;
        match found {
            Some(item) if !has_ended(&item, Millis::now())? => read_entry(&item).map(Some),
            _ => Ok(None),
        }
    }

    async fn record_checked(
        &self,
        key: &InboxKey,
        new: InboxEntry,
        retention: Duration,
    ) -> Result<InboxOutcome> {
        let partition = self.partition(key);
        let now = Millis::now();
        let ends = now.plus(retention).plus(self.tolerance);
        let id = WriteId::new();
        let condition = Expression {
            text: "attribute_not_exists(#pk) OR #ends <= :now",
            attributes: &[item::PARTITION, item::ENDS],
            values: [(":now", item::millis(now))],
        };
        let new = || entry(&partition, new, &id, ends);
        match self.table.put(RECORD, new, Some(condition)).await? {
            Written::Done(_) => Ok(InboxOutcome::First),
            Written::Refused(refusal) => {
                let Some(found) = refusal.found else {
                    return Err(Error::new(
                        ErrorKind::Unexpected,
                        "DynamoDB refused to record, and did not tell what is there",
                    ));
                };
                if item::is_by(&found, &id) {
                    return Ok(InboxOutcome::First);
                }
                read_entry(&found).map(InboxOutcome::Seen)
            }
        }
    }
}

fn of(error: Error, operation: &'static str, key: &InboxKey) -> Error {
    error
        .with_operation(operation)
        .with_context("event", &key.event)
        .with_context("queue", &key.queue)
}

#[async_trait]
impl Inbox for DynamoInbox {
    async fn look(&self, key: &InboxKey) -> Result<Option<InboxEntry>> {
        self.look_at(key)
            .await
            .map_err(|error| of(error, LOOK, key))
    }

    async fn record(
        &self,
        key: &InboxKey,
        entry: InboxEntry,
        retention: Duration,
    ) -> Result<InboxOutcome> {
        self.record_checked(key, entry, retention)
            .await
            .map_err(|error| of(error, RECORD, key))
    }
}
