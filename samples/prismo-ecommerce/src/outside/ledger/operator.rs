//! Where ledgers are kept.

use std::fmt;

use async_trait::async_trait;
use serde_json::Value;

use super::Book;
use crate::outside::OutsideError;

/// Books into which entries are written once, under a key, and never changed.
///
/// This is the seam between the stand-ins and whatever store keeps their ledgers; whoever reads or
/// writes entries uses [`LedgerExt`](super::LedgerExt).
#[async_trait]
pub trait Ledger: fmt::Debug + Send + Sync + 'static {
    /// Writes the entry, unless the book has one under this key; answers the one that stands there
    /// now.
    ///
    /// Of several writers at once, one wins, and all are answered its entry.
    async fn insert(&self, book: Book, key: &str, entry: Value) -> Result<Value, OutsideError>;

    /// The entry under this key, if there is one.
    async fn get(&self, book: Book, key: &str) -> Result<Option<Value>, OutsideError>;

    /// All entries of a book with their keys, in the order of the keys.
    async fn list(&self, book: Book) -> Result<Vec<(String, Value)>, OutsideError>;
}

/// Fails to compile when the trait is no longer object safe.
const _: fn(&dyn Ledger) = |_| ();
