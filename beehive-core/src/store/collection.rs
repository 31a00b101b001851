//! Collection: typed entities by id.

mod handle;

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::handle::{Collection, Versioned};
use crate::error::Result;
use crate::page::{Page, PageRequest};
use crate::store::{Etag, Precondition, StoreCapabilities};

/// A type whose values are kept in a collection.
///
/// ```
/// use beehive_core::prelude::*;
///
/// #[derive(Serialize, Deserialize)]
/// struct Order {
///     id: String,
///     total: u64,
/// }
///
/// impl Entity for Order {
///     const COLLECTION: &'static str = "orders";
///     fn id(&self) -> &str {
///         &self.id
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an entity",
    note = "implement `Entity` for `{Self}`: name its collection and return its id"
)]
pub trait Entity: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The collection its values are kept in.
    const COLLECTION: &'static str;

    /// What it is found by within its collection.
    fn id(&self) -> &str;
}

/// One version of an entity as a backend keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub id: String,
    /// Its content.
    pub data: Bytes,
    /// Its version.
    pub etag: Etag,
}

/// Which ids of a collection to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Range {
    /// All.
    #[default]
    All,
    /// Those that start with this text.
    Prefix(String),
    /// Those from the first on, up to and without the second, in order of their bytes.
    Between(String, String),
}

impl Range {
    /// For backends: whether an id is in the range.
    pub fn contains(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Prefix(prefix) => id.starts_with(prefix.as_str()),
            Self::Between(from, to) => from.as_str() <= id && id < to.as_str(),
        }
    }

    /// For backends: the first id that can be in the range.
    pub fn start(&self) -> &str {
        match self {
            Self::All => "",
            Self::Prefix(start) | Self::Between(start, _) => start,
        }
    }
}

/// The contract of a collection backend. Collections need not be created.
///
/// Every write gives a version that its id never had before, also after a delete, so that a writer
/// who read an older one always loses.
#[async_trait]
pub trait CollectionStore: fmt::Debug + Send + Sync + 'static {
    /// What it can do.
    fn capabilities(&self) -> &StoreCapabilities;

    /// Writes a document, and returns its version.
    async fn put(
        &self,
        collection: &str,
        id: &str,
        data: Bytes,
        precondition: &Precondition,
    ) -> Result<Etag>;

    /// Reads a document as the last ended write left it; `None` if there is none.
    async fn get(&self, collection: &str, id: &str) -> Result<Option<Document>>;

    /// Deletes a document. Without a precondition, one that is not there is deleted already;
    /// [`Precondition::Absent`] is [`ErrorKind::Invalid`](crate::ErrorKind::Invalid).
    async fn delete(&self, collection: &str, id: &str, precondition: &Precondition) -> Result<()>;

    /// A page of the documents in a range, in order of their ids.
    async fn range(
        &self,
        collection: &str,
        range: &Range,
        page: &PageRequest,
    ) -> Result<Page<Document>>;
}
