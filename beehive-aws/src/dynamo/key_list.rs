//! Lists on DynamoDB: one item each, in the partition of its list.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{DeleteRequest, WriteRequest};
use beehive_core::page::{Page, PageRequest};
use beehive_core::store::{Added, KeyListStore, Precondition, StoreCapabilities};
use beehive_core::{Error, ErrorKind, Result};

use super::item::{self, Item, list_item, read_list_item};
use super::names::NAME_MAX;
use super::pages::{Query, Sorts};
use super::table::{Table, Written, absent, at};
use crate::attempts::{Repeat, pause};
use crate::write_id::WriteId;

const ADD: &str = "add item";
const REMOVE: &str = "remove item";
const CONTAINS: &str = "look for item";
const ITEMS: &str = "read items";
const CLEAR: &str = "clear list";

/// The most items that DynamoDB deletes with one request.
const BATCH: usize = 25;

/// A key-list store on DynamoDB.
///
/// A list under a key is one partition. Adding, removing, looking and reading a page are one request
/// each; clearing is one to read a page and one for every 25 items.
#[derive(Clone, Debug)]
pub struct DynamoKeyList {
    table: Table,
    capabilities: StoreCapabilities,
}

impl DynamoKeyList {
    pub(super) fn new(table: Table) -> Self {
        let mut capabilities = StoreCapabilities::full();
        capabilities.key_max = NAME_MAX;
        capabilities.write_match = false;
        capabilities.delete_match = false;
        Self {
            table,
            capabilities,
        }
    }

    fn check_list(&self, list: &str, key: &str) -> Result<()> {
        self.capabilities.check_key(list)?;
        self.capabilities.check_key(key)
    }

    fn check_item(&self, list: &str, key: &str, item: &str) -> Result<()> {
        self.check_list(list, key)?;
        self.capabilities.check_key(item)
    }

    fn key(&self, list: &str, key: &str, item: &str) -> Item {
        item::key(&self.table.names.two(list, key), Some(item))
    }

    async fn clear_checked(&self, list: &str, key: &str) -> Result<()> {
        self.check_list(list, key)?;
        let query = Query {
            partition: self.table.names.two(list, key),
            sorts: Sorts::All,
            keys_only: true,
        };
        let mut request = PageRequest::first(BATCH * 10);
        loop {
            let page = self.table.query(CLEAR, &query, &request).await?;
            for keys in page.items.chunks(BATCH) {
                self.delete_all(keys).await?;
            }
            let Some(next) = page.next else {
                return Ok(());
            };
            request = request.starting_at(next);
        }
    }

    /// Deletes some items with one request, and with more where DynamoDB had no room for all.
    async fn delete_all(&self, keys: &[Item]) -> Result<()> {
        let deadline = self.table.attempts.deadline();
        let mut left = Vec::with_capacity(keys.len());
        for key in keys {
            let request = DeleteRequest::builder().set_key(Some(key.clone())).build();
            let request = request.map_err(|error| {
                Error::new(ErrorKind::Unexpected, "a request could not be built").with_source(error)
            })?;
            left.push(WriteRequest::builder().delete_request(request).build());
        }
        let mut rounds = 0;
        while !left.is_empty() {
            if rounds > 0 {
                pause(rounds).await;
            }
            if tokio::time::Instant::now() >= deadline {
                return Err(Error::new(
                    ErrorKind::Temporary,
                    "the table is throttled, and only a part of the items is removed",
                ));
            }
            rounds += 1;
            let answer = self
                .table
                .attempts
                .call(Repeat::Always, || {
                    self.table
                        .client
                        .batch_write_item()
                        .request_items(&*self.table.name, left.clone())
                        .send()
                })
                .await
                .map_err(|failed| failed.into_error(CLEAR))?;
            let mut unprocessed = answer.unprocessed_items.unwrap_or_default();
            left = unprocessed.remove(&*self.table.name).unwrap_or_default();
        }
        Ok(())
    }

    async fn add_checked(
        &self,
        list: &str,
        key: &str,
        item: &str,
        precondition: &Precondition,
    ) -> Result<Added> {
        self.check_item(list, key, item)?;
        self.capabilities.check_write(precondition)?;
        let partition = self.table.names.two(list, key);
        let id = WriteId::new();
        let new = || list_item(&partition, item, &id);
        let refusal = match self.table.put(ADD, new, Some(absent())).await? {
            Written::Done(_) => return Ok(Added::New),
            Written::Refused(refusal) => refusal,
        };
        if refusal.found.is_some_and(|found| item::is_by(&found, &id)) {
            return Ok(Added::New);
        }
        if *precondition == Precondition::Absent {
            return Err(Error::new(
                ErrorKind::AlreadyExists,
                "the item is in the list already",
            ));
        }
        Ok(Added::Already)
    }
}

fn in_list(error: Error, operation: &'static str, list: &str, key: &str) -> Error {
    at(
        error.with_operation(operation),
        &[("list", list), ("key", key)],
    )
}

#[async_trait]
impl KeyListStore for DynamoKeyList {
    fn capabilities(&self) -> &StoreCapabilities {
        &self.capabilities
    }

    async fn add(
        &self,
        list: &str,
        key: &str,
        item: &str,
        precondition: &Precondition,
    ) -> Result<Added> {
        self.add_checked(list, key, item, precondition)
            .await
            .map_err(|error| in_list(error, ADD, list, key).with_context("item", item))
    }

    async fn remove(&self, list: &str, key: &str, item: &str) -> Result<()> {
        let failed = |error: Error| in_list(error, REMOVE, list, key).with_context("item", item);
        self.check_item(list, key, item).map_err(failed)?;
        let key = self.key(list, key, item);
        self.table
            .delete::<0>(REMOVE, &key, None)
            .await
            .map(drop)
            .map_err(failed)
    }

    async fn contains(&self, list: &str, key: &str, item: &str) -> Result<bool> {
        let failed = |error: Error| in_list(error, CONTAINS, list, key).with_context("item", item);
        self.check_item(list, key, item).map_err(failed)?;
        let key = self.key(list, key, item);
        let found = self.table.read(CONTAINS, key).await.map_err(failed)?;
        Ok(found.is_some())
    }

    async fn items(&self, list: &str, key: &str, page: &PageRequest) -> Result<Page<String>> {
        let failed = |error: Error| in_list(error, ITEMS, list, key);
        self.check_list(list, key).map_err(failed)?;
        let query = Query {
            partition: self.table.names.two(list, key),
            sorts: Sorts::All,
            keys_only: true,
        };
        let page = self
            .table
            .query(ITEMS, &query, page)
            .await
            .map_err(failed)?;
        let items: Result<Vec<String>> = page.items.into_iter().map(read_list_item).collect();
        Ok(Page {
            items: items.map_err(failed)?,
            next: page.next,
        })
    }

    async fn clear(&self, list: &str, key: &str) -> Result<()> {
        self.clear_checked(list, key)
            .await
            .map_err(|error| in_list(error, CLEAR, list, key))
    }
}
