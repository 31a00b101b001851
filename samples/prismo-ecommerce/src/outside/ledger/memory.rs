//! A ledger kept in the memory of this process.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use serde_json::Value;

use super::{Book, Ledger};
use crate::outside::OutsideError;

/// A ledger that ends with its process; for tests of the stand-ins.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    books: Mutex<BTreeMap<Book, BTreeMap<String, Value>>>,
}

impl MemoryLedger {
    /// A ledger with empty books.
    pub fn new() -> Self {
        Self::default()
    }

    fn books(&self) -> MutexGuard<'_, BTreeMap<Book, BTreeMap<String, Value>>> {
        // Every change is a single insertion, so a panic elsewhere leaves nothing half done.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn insert(&self, book: Book, key: &str, entry: Value) -> Result<Value, OutsideError> {
        Ok(self
            .books()
            .entry(book)
            .or_default()
            .entry(key.to_owned())
            .or_insert(entry)
            .clone())
    }

    async fn get(&self, book: Book, key: &str) -> Result<Option<Value>, OutsideError> {
        Ok(self
            .books()
            .get(&book)
            .and_then(|entries| entries.get(key))
            .cloned())
    }

    async fn list(&self, book: Book) -> Result<Vec<(String, Value)>, OutsideError> {
        let books = self.books();
        let entries = books.get(&book).into_iter().flatten();
        Ok(entries
            .map(|(key, entry)| (key.clone(), entry.clone()))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Money, OrderId, Seed},
        outside::{Charge, LedgerExt, Refund},
    };

    #[tokio::test]
    async fn the_first_entry_under_a_key_stands() {
        let ledger = MemoryLedger::new();
        let charge = |cents| Charge {
            order: OrderId::new(Seed::new(1), 1),
            amount: Money::from_minor_units(cents),
        };
        assert_eq!(ledger.record("key", &charge(1)).await.unwrap(), charge(1));
        assert_eq!(ledger.record("key", &charge(2)).await.unwrap(), charge(1));
        assert_eq!(ledger.find::<Charge>("key").await.unwrap(), Some(charge(1)));
        assert_eq!(ledger.entries::<Charge>().await.unwrap(), [charge(1)]);
        assert_eq!(ledger.entries::<Refund>().await.unwrap(), []);
    }

    #[tokio::test]
    async fn an_entry_that_does_not_fit_is_an_error_naming_its_key() {
        let ledger = MemoryLedger::new();
        ledger
            .insert(Book::Charges, "key", Value::Null)
            .await
            .unwrap();
        let error = ledger.find::<Charge>("key").await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the ledger of charges holds something else under `key`"
        );
    }
}
