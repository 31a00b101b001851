//! Counters on DynamoDB: one item each, and one note for each operation that is applied once.

mod decision;
mod known;
mod once;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::store::{Change, CounterOutcome, CounterStore, OperationId, StoreCapabilities};
use beehive_core::{Error, ErrorKind, Result};

use self::decision::{Decision, bounds, decide, out_of_range};
use self::known::Known;
use super::item::{self, Item, is_by, read_counter};
use super::names::NAME_MAX;
use super::table::{Expression, Table, Written, at};
use crate::attempts::Repeat;
use crate::write_id::WriteId;

const CHANGE: &str = "change counter";
const READ: &str = "read counter";

/// A counter store on DynamoDB.
///
/// - A change is one update with the floor as its condition; it tells the new value.
/// - A change under an operation id is one transaction: it writes the counter and the note that the
///   operation was applied, if the counter is where this process last saw it. So it is told the exact
///   value though DynamoDB's transactions return none. A process that has not seen the counter looks
///   first, and one that was overtaken by another process tries again with the value it is told. In
///   one process such changes of one counter go one after the other.
/// - Notes are kept for a day and an hour.
/// - A change without an operation id that was not answered is looked for in the counter. If another
///   change came after it, nobody can tell whether it was applied, and the error is
///   [`ErrorKind::Temporary`]: where that is not good enough, give an operation id.
#[derive(Clone, Debug)]
pub struct DynamoCounter {
    table: Table,
    tolerance: Duration,
    capabilities: StoreCapabilities,
    known: Arc<Known>,
}

impl DynamoCounter {
    pub(super) fn new(table: Table, tolerance: Duration) -> Self {
        let mut capabilities = StoreCapabilities::full();
        capabilities.key_max = NAME_MAX;
        Self {
            table,
            tolerance,
            capabilities,
            known: Arc::default(),
        }
    }

    fn key(&self, key: &str) -> Item {
        item::key(&self.table.names.one(key), None)
    }

    async fn look(&self, key: &str) -> Result<Option<Item>> {
        self.table.read(READ, self.key(key)).await
    }

    async fn change_checked(&self, key: &str, change: &Change) -> Result<CounterOutcome> {
        self.capabilities.check_key(key)?;
        match change.operation() {
            None => self.change_plainly(key, change).await,
            Some(operation) => {
                self.check_operation(operation)?;
                self.change_once(key, change, operation).await
            }
        }
    }

    fn check_operation(&self, operation: &OperationId) -> Result<()> {
        self.capabilities
            .check_key(operation.as_str())
            .map_err(|error| error.with_context("operation id", operation.as_str()))
    }

    async fn change_plainly(&self, key: &str, change: &Change) -> Result<CounterOutcome> {
        let Some((lowest, highest)) = bounds(change) else {
            // No value allows the change, so there is nothing to write.
            return settle(self.value_checked(key).await?, change);
        };
        let id = WriteId::new();
        let update = Expression {
            text: "SET #n = if_not_exists(#n, :zero) + :delta, #op = :op",
            attributes: &[item::NUMBER, item::OPERATION],
            values: [
                (":zero", item::number(0)),
                (":delta", item::number(change.delta())),
                (":op", item::operation(&id)),
                (":lowest", item::number(lowest)),
                (":highest", item::number(highest)),
            ],
        };
        let condition = if (lowest..=highest).contains(&0) {
            "attribute_not_exists(#n) OR #n BETWEEN :lowest AND :highest"
        } else {
            "#n BETWEEN :lowest AND :highest"
        };
        let place = self.key(key);
        let written = self
            .table
            .update(Repeat::IfNotApplied, &place, condition, &update)
            .await;
        let value = match written {
            Ok(Written::Done(changed)) => read_counter(changed.as_ref())?,
            Ok(Written::Refused(refusal)) => {
                return settle(read_counter(refusal.found.as_ref())?, change);
            }
            Err(failed) if failed.is_doubtful() => {
                let failed = failed.into_error(CHANGE);
                match self.look(key).await {
                    Ok(Some(item)) if is_by(&item, &id) => read_counter(Some(&item))?,
                    _ => return Err(failed),
                }
            }
            Err(failed) => return Err(failed.into_error(CHANGE)),
        };
        self.known.set(key, value);
        Ok(CounterOutcome::Applied(value))
    }

    async fn value_checked(&self, key: &str) -> Result<i64> {
        self.capabilities.check_key(key)?;
        let value = read_counter(self.look(key).await?.as_ref())?;
        self.known.set(key, value);
        Ok(value)
    }
}

/// What a change comes to that was refused at this value.
fn settle(value: i64, change: &Change) -> Result<CounterOutcome> {
    match decide(value, change) {
        Decision::BelowFloor => Ok(CounterOutcome::BelowFloor(value)),
        Decision::OutOfRange => Err(out_of_range(value, change)),
        Decision::Apply(_) => Err(Error::new(
            ErrorKind::Unexpected,
            "DynamoDB refused a change that the counter allows",
        )
        .with_context("value", value)),
    }
}

#[async_trait]
impl CounterStore for DynamoCounter {
    fn capabilities(&self) -> &StoreCapabilities {
        &self.capabilities
    }

    async fn change(&self, key: &str, change: &Change) -> Result<CounterOutcome> {
        self.change_checked(key, change)
            .await
            .map_err(|error| at(error.with_operation(CHANGE), &[("counter", key)]))
    }

    async fn value(&self, key: &str) -> Result<i64> {
        self.value_checked(key)
            .await
            .map_err(|error| at(error.with_operation(READ), &[("counter", key)]))
    }
}
