//! The ledgers of the outside systems, where every process can read them.

use async_trait::async_trait;
use beehive_core::{
    Error, Result,
    prelude::{Collection, Entity, ErrorKind, PageRequest, Stores},
    store::Range,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::outside::{Book, Ledger, OutsideError};

/// How many entries are read at once.
const PAGE: usize = 1_000;

#[derive(Debug, Deserialize, Serialize)]
struct EntryRecord {
    id: String,
    entry: Value,
}

impl Entity for EntryRecord {
    const COLLECTION: &'static str = "ledger";

    fn id(&self) -> &str {
        &self.id
    }
}

/// A ledger kept in the stores of the shop.
///
/// The stand-ins of the outside systems have no place of their own; this is where they keep what
/// real ones would keep to themselves.
#[derive(Clone, Debug)]
pub struct StoreLedger(Collection<EntryRecord>);

impl StoreLedger {
    /// The ledger kept in these stores.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if there is no collection store.
    pub fn of(stores: &Stores) -> Result<Self> {
        stores.collection().map(Self)
    }

    async fn find(&self, id: &str) -> Result<Option<Value>, OutsideError> {
        let found = self.0.get(id).await.map_err(unreachable)?;
        Ok(found.map(|record| record.entity.entry))
    }
}

#[async_trait]
impl Ledger for StoreLedger {
    async fn insert(&self, book: Book, key: &str, entry: Value) -> Result<Value, OutsideError> {
        let record = EntryRecord {
            id: id(book, key),
            entry,
        };
        match self.0.insert(&record).await {
            Ok(_) => Ok(record.entry),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let found = self.find(&record.id).await?;
                // Nothing is ever deleted, so the entry that was in the way is there.
                found.ok_or_else(|| unreachable(error))
            }
            Err(error) => Err(unreachable(error)),
        }
    }

    async fn get(&self, book: Book, key: &str) -> Result<Option<Value>, OutsideError> {
        self.find(&id(book, key)).await
    }

    async fn list(&self, book: Book) -> Result<Vec<(String, Value)>, OutsideError> {
        let prefix = id(book, "");
        let range = Range::Prefix(prefix.clone());
        let (mut entries, mut page) = (Vec::new(), PageRequest::first(PAGE));
        loop {
            let found = self.0.range(&range, &page).await.map_err(unreachable)?;
            entries.extend(found.items.into_iter().map(|record| {
                let EntryRecord { id, entry } = record.entity;
                (id[prefix.len()..].to_owned(), entry)
            }));
            match found.next {
                Some(next) => page = page.starting_at(next),
                None => return Ok(entries),
            }
        }
    }
}

fn id(book: Book, key: &str) -> String {
    format!("{}/{key}", book.name())
}

fn unreachable(error: Error) -> OutsideError {
    OutsideError::Unreachable {
        system: "ledger",
        source: error.into(),
    }
}
