//! Locks on DynamoDB: one item each.

use std::time::Duration;

use async_trait::async_trait;
use beehive_core::store::{Grant, LockStore, StoreCapabilities};
use beehive_core::{Error, ErrorKind, Result};
use tokio::time::Instant;

use super::item::{self, Item, has_ended, read_token};
use super::names::NAME_MAX;
use super::table::{Expression, Table, Written, at};
use crate::attempts::Repeat;
use crate::clock::Millis;
use crate::write_id::WriteId;

const ACQUIRE: &str = "acquire lock";
const RENEW: &str = "renew lock";
const RELEASE: &str = "release lock";

/// How long a lock is remembered that nobody takes any more: longer than clocks may differ by far,
/// since then its tokens begin again with the time of day.
const MEMORY: Duration = Duration::from_hours(30 * 24);

/// A lock store on DynamoDB.
///
/// Each operation is one write. When a lock ends is written as a time of day, so processes must agree
/// on it within [`clock_tolerance`](super::DynamoOptions::with_clock_tolerance): a lock can be taken
/// so much later than it ends for its holder. Fencing tokens rise one by one; those of a lock that is
/// new, or was forgotten after a month, begin with the time of day in milliseconds, which is beyond
/// all that came before.
#[derive(Clone, Debug)]
pub struct DynamoLock {
    table: Table,
    tolerance: Duration,
    capabilities: StoreCapabilities,
}

impl DynamoLock {
    pub(super) fn new(table: Table, tolerance: Duration) -> Self {
        let mut capabilities = StoreCapabilities::full();
        capabilities.key_max = NAME_MAX;
        Self {
            table,
            tolerance,
            capabilities,
        }
    }

    fn key(&self, name: &str) -> Result<Item> {
        self.capabilities.check_key(name)?;
        Ok(item::key(&self.table.names.one(name), None))
    }

    async fn acquire(&self, name: &str, duration: Duration) -> Result<Option<Grant>> {
        let key = self.key(name)?;
        // From before the call, so that the holder gives up before others may take over.
        let expires = end_of(duration)?;
        let now = Millis::now();
        let ends = now.plus(duration);
        let id = WriteId::new();
        let update = Expression {
            text: "SET #token = if_not_exists(#token, :first) + :one, #op = :op, #ends = :ends, #ttl = :ttl",
            attributes: &[
                item::PARTITION,
                item::TOKEN,
                item::OPERATION,
                item::ENDS,
                item::TTL,
            ],
            values: [
                (":first", item::millis(now)),
                (":one", item::number(1)),
                (":op", item::operation(&id)),
                (":ends", item::millis(ends)),
                (":ttl", item::seconds(ends.plus(MEMORY))),
                (":free", item::millis(now.minus(self.tolerance))),
            ],
        };
        let condition = "attribute_not_exists(#pk) OR #ends <= :free";
        let taken = match self
            .table
            .update(Repeat::Always, &key, condition, &update)
            .await
        {
            Ok(Written::Done(item)) => item,
            // An attempt before this one was not answered, but it took the lock.
            Ok(Written::Refused(refusal)) => {
                match refusal.found.filter(|found| item::is_by(found, &id)) {
                    Some(item) => Some(item),
                    None => return Ok(None),
                }
            }
            Err(failed) => return Err(failed.into_error(ACQUIRE)),
        };
        let fencing_token = read_token(&taken.unwrap_or_default())?;
        Ok(Some(Grant {
            fencing_token,
            expires,
        }))
    }

    async fn renewed(&self, name: &str, token: u64, duration: Duration) -> Result<Grant> {
        let key = self.key(name)?;
        let expires = end_of(duration)?;
        let now = Millis::now();
        let ends = now.plus(duration);
        let update = Expression {
            text: "SET #ends = :ends, #ttl = :ttl",
            attributes: &[item::TOKEN, item::ENDS, item::TTL],
            values: [
                (":token", item::number(token)),
                (":now", item::millis(now)),
                (":ends", item::millis(ends)),
                (":ttl", item::seconds(ends.plus(MEMORY))),
            ],
        };
        let condition = "#token = :token AND #ends > :now";
        match self
            .table
            .update(Repeat::Always, &key, condition, &update)
            .await
        {
            Ok(Written::Done(_)) => Ok(Grant {
                fencing_token: token,
                expires,
            }),
            Ok(Written::Refused(_)) => Err(lost("the lock ended before it was renewed")),
            Err(failed) => Err(failed.into_error(RENEW)),
        }
    }

    async fn released(&self, name: &str, token: u64) -> Result<()> {
        let key = self.key(name)?;
        let update = Expression {
            text: "SET #ends = :ended",
            attributes: &[item::TOKEN, item::ENDS],
            values: [(":token", item::number(token)), (":ended", item::number(0))],
        };
        let condition = "#token = :token";
        match self
            .table
            .update(Repeat::Always, &key, condition, &update)
            .await
        {
            Ok(Written::Done(_)) => Ok(()),
            Ok(Written::Refused(refusal)) => {
                let now = Millis::now().minus(self.tolerance);
                match refusal.found {
                    Some(item) if !has_ended(&item, now)? => {
                        Err(lost("another holds the lock now"))
                    }
                    _ => Ok(()),
                }
            }
            Err(failed) => Err(failed.into_error(RELEASE)),
        }
    }
}

fn end_of(duration: Duration) -> Result<Instant> {
    Instant::now().checked_add(duration).ok_or_else(|| {
        Error::new(ErrorKind::Limit, "the clock does not reach that far")
            .with_context("seconds", duration.as_secs())
    })
}

fn lost(message: &'static str) -> Error {
    Error::new(ErrorKind::LeaseLost, message)
}

fn of(error: Error, operation: &'static str, name: &str) -> Error {
    at(error.with_operation(operation), &[("lock", name)])
}

#[async_trait]
impl LockStore for DynamoLock {
    fn capabilities(&self) -> &StoreCapabilities {
        &self.capabilities
    }

    async fn try_acquire(&self, name: &str, duration: Duration) -> Result<Option<Grant>> {
        self.acquire(name, duration)
            .await
            .map_err(|error| of(error, ACQUIRE, name))
    }

    async fn renew(&self, name: &str, fencing_token: u64, duration: Duration) -> Result<Grant> {
        self.renewed(name, fencing_token, duration)
            .await
            .map_err(|error| of(error, RENEW, name))
    }

    async fn release(&self, name: &str, fencing_token: u64) -> Result<()> {
        self.released(name, fencing_token)
            .await
            .map_err(|error| of(error, RELEASE, name))
    }
}
