//! Tables: made, or checked, before anything uses them.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, KeySchemaElement, KeyType, ScalarAttributeType, SseSpecification, SseType,
    TableDescription, TableStatus, TimeToLiveSpecification, TimeToLiveStatus,
};
use beehive_core::{Error, ErrorKind, Result};
use tokio::time::{Instant, sleep};

use super::capacity::DynamoTable;
use super::item::{PARTITION, SORT, TTL};
use super::options::DynamoOptions;
use crate::ProvisioningMode;
use crate::attempts::{Attempts, Repeat};

const CREATE: &str = "create table";
const CHECK: &str = "check table";

/// How long a table may take to be made; it takes some ten seconds.
const CREATION: Duration = Duration::from_mins(3);
/// How often it is asked whether it is there.
const CREATION_LOOK: Duration = Duration::from_millis(500);

/// What a table must be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    table: DynamoTable,
    /// What its name ends with.
    pub(super) suffix: &'static str,
    pub(super) sort: Sort,
    pub(super) expiry: Expiry,
}

/// Whether there are several items under one partition key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    None,
    Text,
}

/// Whether items delete themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expiry {
    Never,
    ByTtl,
}

pub(super) const COLLECTION: Shape = shape(
    DynamoTable::Collection,
    "collection",
    Sort::Text,
    Expiry::Never,
);
pub(super) const KEY_LIST: Shape =
    shape(DynamoTable::KeyList, "key-list", Sort::Text, Expiry::Never);
pub(super) const COUNTER: Shape = shape(DynamoTable::Counter, "counter", Sort::None, Expiry::ByTtl);
pub(super) const LOCK: Shape = shape(DynamoTable::Lock, "lock", Sort::None, Expiry::ByTtl);
pub(super) const INBOX: Shape = shape(DynamoTable::Inbox, "inbox", Sort::None, Expiry::ByTtl);
pub(super) const SHAPES: [Shape; 5] = [COLLECTION, KEY_LIST, COUNTER, LOCK, INBOX];

const fn shape(table: DynamoTable, suffix: &'static str, sort: Sort, expiry: Expiry) -> Shape {
    Shape {
        table,
        suffix,
        sort,
        expiry,
    }
}

impl Shape {
    fn keys(self) -> Vec<(&'static str, KeyType)> {
        let mut keys = vec![(PARTITION, KeyType::Hash)];
        if self.sort == Sort::Text {
            keys.push((SORT, KeyType::Range));
        }
        keys
    }

    /// Whether a table is keyed as this.
    fn matches(self, table: &TableDescription) -> bool {
        let there: Vec<_> = table
            .key_schema()
            .iter()
            .map(|key| (key.attribute_name(), key.key_type().clone()))
            .collect();
        let is_text = |name: &str| {
            table.attribute_definitions().iter().any(|attribute| {
                attribute.attribute_name() == name
                    && *attribute.attribute_type() == ScalarAttributeType::S
            })
        };
        there == self.keys() && self.keys().iter().all(|(name, _)| is_text(name))
    }
}

/// Makes and checks the tables of one installation.
pub(super) struct Provision<'a> {
    pub(super) client: &'a Client,
    pub(super) attempts: Attempts,
    pub(super) options: &'a DynamoOptions,
}

impl Provision<'_> {
    /// Sees to it that a table is there.
    pub(super) async fn ensure(&self, name: &str, shape: Shape) -> Result<()> {
        let outcome = match self.options.provisioning() {
            ProvisioningMode::Trust => Ok(()),
            ProvisioningMode::Check => self.check(name, shape).await,
            ProvisioningMode::Create => self.create(name, shape).await,
        };
        outcome.map_err(|error| error.with_context("table", name))
    }

    async fn check(&self, name: &str, shape: Shape) -> Result<()> {
        let Some(table) = self.describe(name).await? else {
            return Err(wrong(
                "the table does not exist; open the stores once with `ProvisioningMode::Create`, or create it as documented",
            ));
        };
        check_keys(&table, shape)?;
        if shape.expiry == Expiry::ByTtl && !self.has_ttl(name).await? {
            return Err(wrong(
                "time to live is not switched on for attribute `ttl`, so that the table would grow for ever",
            ));
        }
        Ok(())
    }

    async fn create(&self, name: &str, shape: Shape) -> Result<()> {
        if self.describe(name).await?.is_none() {
            self.create_table(name, shape).await?;
        }
        self.wait_until_active(name, shape).await?;
        if shape.expiry == Expiry::ByTtl && !self.has_ttl(name).await? {
            self.switch_ttl_on(name).await?;
        }
        Ok(())
    }

    async fn describe(&self, name: &str) -> Result<Option<TableDescription>> {
        let described = self
            .attempts
            .call(Repeat::Always, || {
                self.client.describe_table().table_name(name).send()
            })
            .await;
        match described {
            Ok(answer) => Ok(answer.table),
            Err(failed) => match failed.service() {
                Some(DescribeTableError::ResourceNotFoundException(_)) => Ok(None),
                _ => Err(failed.into_error(CHECK)),
            },
        }
    }

    async fn create_table(&self, name: &str, shape: Shape) -> Result<()> {
        let attributes: Vec<AttributeDefinition> =
            built(shape.keys().into_iter().map(|(key, _)| {
                AttributeDefinition::builder()
                    .attribute_name(key)
                    .attribute_type(ScalarAttributeType::S)
                    .build()
            }))?;
        let keys: Vec<KeySchemaElement> = built(shape.keys().into_iter().map(|(key, kind)| {
            KeySchemaElement::builder()
                .attribute_name(key)
                .key_type(kind)
                .build()
        }))?;
        let capacity = self.options.capacity(shape.table);
        let throughput = capacity.throughput().map_err(unbuilt)?;
        let encryption = self.options.kms_key().map(|key| {
            SseSpecification::builder()
                .enabled(true)
                .sse_type(SseType::Kms)
                .kms_master_key_id(key)
                .build()
        });
        let created = self
            .attempts
            .call(Repeat::Always, || {
                self.client
                    .create_table()
                    .table_name(name)
                    .billing_mode(capacity.billing_mode())
                    .set_provisioned_throughput(throughput.clone())
                    .set_attribute_definitions(Some(attributes.clone()))
                    .set_key_schema(Some(keys.clone()))
                    .set_sse_specification(encryption.clone())
                    .send()
            })
            .await;
        match created {
            Ok(_) => Ok(()),
            Err(failed) => match failed.service() {
                // Another process was faster, or an attempt before this one was.
                Some(CreateTableError::ResourceInUseException(_)) => Ok(()),
                _ => Err(failed.into_error(CREATE)),
            },
        }
    }

    async fn wait_until_active(&self, name: &str, shape: Shape) -> Result<()> {
        let deadline = Instant::now() + CREATION;
        loop {
            if let Some(table) = self.describe(name).await? {
                match table.table_status() {
                    Some(TableStatus::Active | TableStatus::Updating) => {
                        return check_keys(&table, shape);
                    }
                    Some(TableStatus::Creating) | None => {}
                    Some(other) => {
                        return Err(wrong("the table cannot be used as it is")
                            .with_context("status", other.as_str()));
                    }
                }
            }
            if Instant::now() >= deadline {
                return Err(Error::new(
                    ErrorKind::Temporary,
                    "the table is still not there; look for it in the console",
                )
                .with_operation(CREATE));
            }
            sleep(CREATION_LOOK).await;
        }
    }

    async fn has_ttl(&self, name: &str) -> Result<bool> {
        let described = self
            .attempts
            .call(Repeat::Always, || {
                self.client.describe_time_to_live().table_name(name).send()
            })
            .await
            .map_err(|failed| failed.into_error(CHECK))?;
        Ok(described.time_to_live_description().is_some_and(|ttl| {
            ttl.attribute_name() == Some(TTL)
                && matches!(
                    ttl.time_to_live_status(),
                    Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
                )
        }))
    }

    async fn switch_ttl_on(&self, name: &str) -> Result<()> {
        let specification = TimeToLiveSpecification::builder()
            .attribute_name(TTL)
            .enabled(true)
            .build()
            .map_err(unbuilt)?;
        let switched = self
            .attempts
            .call(Repeat::Always, || {
                self.client
                    .update_time_to_live()
                    .table_name(name)
                    .time_to_live_specification(specification.clone())
                    .send()
            })
            .await;
        match switched {
            Ok(_) => Ok(()),
            // Another process may have been faster, which is an error of the argument to DynamoDB.
            Err(failed) => {
                if self.has_ttl(name).await? {
                    Ok(())
                } else {
                    Err(failed.into_error("switch time to live on"))
                }
            }
        }
    }
}

fn check_keys(table: &TableDescription, shape: Shape) -> Result<()> {
    if shape.matches(table) {
        return Ok(());
    }
    Err(wrong(
        "a table of this name has other keys; give another table prefix",
    ))
}

fn wrong(message: &'static str) -> Error {
    Error::new(ErrorKind::Configuration, message).with_operation(CHECK)
}

fn built<T>(parts: impl Iterator<Item = std::result::Result<T, BuildError>>) -> Result<Vec<T>> {
    parts
        .collect::<std::result::Result<_, _>>()
        .map_err(unbuilt)
}

fn unbuilt(error: BuildError) -> Error {
    Error::new(ErrorKind::Unexpected, "a request could not be built")
        .with_operation(CREATE)
        .with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(keys: &[(&str, KeyType, ScalarAttributeType)]) -> TableDescription {
        let mut table = TableDescription::builder();
        for (name, key, attribute) in keys {
            table = table
                .key_schema(
                    KeySchemaElement::builder()
                        .attribute_name(*name)
                        .key_type(key.clone())
                        .build()
                        .unwrap(),
                )
                .attribute_definitions(
                    AttributeDefinition::builder()
                        .attribute_name(*name)
                        .attribute_type(attribute.clone())
                        .build()
                        .unwrap(),
                );
        }
        table.build()
    }

    #[test]
    fn only_a_table_with_the_right_keys_is_taken() {
        use KeyType::{Hash, Range};
        use ScalarAttributeType::{N, S};
        let partition = || ("pk", Hash, S);
        let both = table(&[partition(), ("sk", Range, S)]);
        let one = table(&[partition()]);
        assert!(COLLECTION.matches(&both) && !COLLECTION.matches(&one));
        assert!(LOCK.matches(&one) && !LOCK.matches(&both));
        assert!(!LOCK.matches(&table(&[("id", Hash, S)])));
        assert!(!LOCK.matches(&table(&[("pk", Hash, N)])));
        assert!(!COLLECTION.matches(&table(&[partition(), ("sk", Range, N)])));
    }
}
