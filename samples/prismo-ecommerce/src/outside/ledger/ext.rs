//! Ledgers with typed entries.

use async_trait::async_trait;
use serde_json::Value;

use super::{Ledger, LedgerEntry};
use crate::outside::OutsideError;

/// What every [`Ledger`] can do with entries of a certain type.
#[async_trait]
pub trait LedgerExt: Ledger {
    /// Writes the entry, unless its book has one under this key; answers the one that stands there
    /// now.
    ///
    /// # Errors
    /// [`OutsideError::Unreachable`] when the ledger is; repeating the call is safe.
    /// [`OutsideError::Malformed`] when the key was used for something else.
    async fn record<E: LedgerEntry>(&self, key: &str, entry: &E) -> Result<E, OutsideError> {
        let value = serde_json::to_value(entry).map_err(|source| malformed::<E>(key, source))?;
        decode(key, self.insert(E::BOOK, key, value).await?)
    }

    /// The entry under this key, if there is one.
    ///
    /// # Errors
    /// Like those of [`record`](Self::record).
    async fn find<E: LedgerEntry>(&self, key: &str) -> Result<Option<E>, OutsideError> {
        self.get(E::BOOK, key)
            .await?
            .map(|value| decode(key, value))
            .transpose()
    }

    /// All entries of a book, in the order of their keys.
    ///
    /// # Errors
    /// Like those of [`record`](Self::record).
    async fn entries<E: LedgerEntry>(&self) -> Result<Vec<E>, OutsideError> {
        self.list(E::BOOK)
            .await?
            .into_iter()
            .map(|(key, value)| decode(&key, value))
            .collect()
    }
}

impl<L: Ledger + ?Sized> LedgerExt for L {}

fn decode<E: LedgerEntry>(key: &str, value: Value) -> Result<E, OutsideError> {
    serde_json::from_value(value).map_err(|source| malformed::<E>(key, source))
}

fn malformed<E: LedgerEntry>(key: &str, source: serde_json::Error) -> OutsideError {
    OutsideError::Malformed {
        book: E::BOOK.name(),
        key: key.to_owned(),
        source,
    }
}
