//! Key-value: documents and blobs by key.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;

use crate::error::{Error, ErrorKind, Result};
use crate::page::{Cursor, PageRequest};
use crate::store::{Etag, Precondition, StoreCapabilities};

/// A value that comes in pieces.
pub type ValueStream = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// Facts about a value, by name: lower-case letters, digits and hyphens; values of visible ASCII, at
/// least one byte each. Names and values together have at most [`METADATA_MAX`] bytes.
pub type Metadata = BTreeMap<String, String>;

/// The most metadata of one value, in bytes: what the strictest known backend keeps.
pub const METADATA_MAX: usize = 2048;

/// A value to write, or one that was read: bytes, whole or in pieces.
pub enum Value {
    /// All of it.
    Bytes(Bytes),
    /// Piece by piece, so that it need not fit into memory.
    Stream(ValueStream),
}

impl Value {
    /// A value that comes in pieces.
    pub fn stream(pieces: impl Stream<Item = Result<Bytes>> + Send + 'static) -> Self {
        Self::Stream(Box::pin(pieces))
    }

    /// Reads all of it into memory.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if it is longer than `max` bytes, or what reading it fails with.
    pub async fn into_bytes(self, max: usize) -> Result<Bytes> {
        let too_long = || {
            Error::new(
                ErrorKind::Limit,
                "the value is longer than the reader allows",
            )
            .with_operation("read value")
            .with_context("limit", max)
        };
        match self {
            Self::Bytes(bytes) if bytes.len() <= max => Ok(bytes),
            Self::Bytes(_) => Err(too_long()),
            Self::Stream(mut pieces) => {
                let mut all = BytesMut::new();
                while let Some(piece) = pieces.next().await.transpose()? {
                    if all.len() + piece.len() > max {
                        return Err(too_long());
                    }
                    all.extend_from_slice(&piece);
                }
                Ok(all.freeze())
            }
        }
    }

    /// The pieces; whole bytes are one.
    pub fn into_stream(self) -> ValueStream {
        match self {
            Self::Bytes(bytes) => Box::pin(stream::once(async { Ok(bytes) })),
            Self::Stream(pieces) => pieces,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

impl<T: Into<Bytes>> From<T> for Value {
    fn from(bytes: T) -> Self {
        Self::Bytes(bytes.into())
    }
}

/// How a value is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutOptions {
    /// What must be there already.
    pub precondition: Precondition,
    /// How the value is to be read, such as `text/plain`.
    pub content_type: Option<String>,
    /// Facts to keep with it.
    pub metadata: Metadata,
}

impl PutOptions {
    /// Write only if there is nothing under the key.
    #[must_use]
    pub fn insert() -> Self {
        Self {
            precondition: Precondition::Absent,
            ..Self::default()
        }
    }

    /// Write only over this version.
    #[must_use]
    pub fn replace(etag: Etag) -> Self {
        Self {
            precondition: Precondition::Match(etag),
            ..Self::default()
        }
    }

    /// Says how the value is to be read.
    #[must_use]
    pub fn with_content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Keeps a fact with the value.
    #[must_use]
    pub fn with_metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }

    /// For backends: whether content type and metadata follow their rules.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if not, [`ErrorKind::Limit`] if there is too much metadata.
    pub fn check(&self) -> Result<()> {
        let printable = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        if let Some(content_type) = &self.content_type
            && (content_type.is_empty() || !content_type.bytes().all(printable))
        {
            return Err(Error::new(
                ErrorKind::Invalid,
                "a content type is printable ASCII",
            ));
        }
        let mut length = 0;
        for (name, value) in &self.metadata {
            let good_name = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
            if name.is_empty() || !name.bytes().all(good_name) {
                return Err(Error::new(
                    ErrorKind::Invalid,
                    "metadata is named by lower-case letters, digits and hyphens",
                )
                .with_context("name", name));
            }
            if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(Error::new(ErrorKind::Invalid, "metadata is visible ASCII")
                    .with_context("name", name));
            }
            length += name.len() + value.len();
        }
        if length > METADATA_MAX {
            return Err(Error::new(ErrorKind::Limit, "there is too much metadata")
                .with_context("length", length)
                .with_context("limit", METADATA_MAX));
        }
        Ok(())
    }
}

/// What is known of a value without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryInfo {
    /// Its key.
    pub key: String,
    /// Its version.
    pub etag: Etag,
    /// Its length in bytes.
    pub size: u64,
    /// When it was written.
    pub modified: Timestamp,
    /// How it is to be read, if that was said. Listings may leave it out.
    pub content_type: Option<String>,
    /// The facts kept with it. Listings may leave them out.
    pub metadata: Metadata,
}

/// A value with what is known of it.
#[derive(Debug)]
pub struct Entry {
    /// What is known of it.
    pub info: EntryInfo,
    /// The value.
    pub value: Value,
}

/// Which part of a list to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListOptions {
    /// Fold keys that share what follows the prefix up to this character into one.
    pub delimiter: Option<char>,
    /// Where to start and how many to return.
    pub page: PageRequest,
}

/// A part of a list of keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The entries, in order of their keys.
    pub entries: Vec<EntryInfo>,
    /// What the delimiter folded, each with the delimiter at its end. They count for the limit.
    pub prefixes: Vec<String>,
    /// Where the next page starts; `None` when this one is the last.
    pub next: Option<Cursor>,
}

/// The contract of a key-value backend. Keys are text of 1 byte or more, in order of their bytes.
///
/// Other content gives another version. The same content may give the same version again, since
/// object stores derive it from the content; what must notice that belongs into a collection.
#[async_trait]
pub trait KeyValueStore: fmt::Debug + Send + Sync + 'static {
    /// What it can do.
    fn capabilities(&self) -> &StoreCapabilities;

    /// Writes a value, and returns its version. All or nothing: a stream that fails writes nothing.
    async fn put(&self, key: &str, value: Value, options: PutOptions) -> Result<Etag>;

    /// Reads a value; `None` if there is none.
    async fn get(&self, key: &str) -> Result<Option<Entry>>;

    /// What is known of a value; `None` if there is none.
    async fn info(&self, key: &str) -> Result<Option<EntryInfo>>;

    /// Deletes a value. Without a precondition, one that is not there is deleted already;
    /// [`Precondition::Absent`] is [`ErrorKind::Invalid`].
    async fn delete(&self, key: &str, precondition: &Precondition) -> Result<()>;

    /// Lists the keys that start with a prefix.
    async fn list(&self, prefix: &str, options: &ListOptions) -> Result<Listing>;

    /// Where the value is, for others to read it, such as `https://bucket.example/key`.
    fn url(&self, key: &str) -> String;
}

/// A handle on a key-value store, for the field of an actor.
///
/// ```
/// use beehive_core::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let documents = Stores::memory().key_value()?;
/// documents.put("invoices/4711.txt", "42 EUR", PutOptions::insert()).await?;
/// let second = documents.put("invoices/4711.txt", "43 EUR", PutOptions::insert()).await;
/// assert_eq!(second.unwrap_err().kind(), ErrorKind::AlreadyExists);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct KeyValue {
    store: Arc<dyn KeyValueStore>,
}

impl KeyValue {
    /// A handle on this store.
    pub fn new(store: Arc<dyn KeyValueStore>) -> Self {
        Self { store }
    }

    /// The store itself.
    pub fn store(&self) -> &dyn KeyValueStore {
        &*self.store
    }

    /// Writes a value, and returns its version.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] or [`ErrorKind::Conflict`] if the precondition does not hold;
    /// [`ErrorKind::Limit`] if it is too large.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the value written whole or not at all.
    pub async fn put(
        &self,
        key: &str,
        value: impl Into<Value> + Send,
        options: PutOptions,
    ) -> Result<Etag> {
        self.store.put(key, value.into(), options).await
    }

    /// Reads a value; `None` if there is none.
    ///
    /// # Errors
    /// Those of the backend.
    pub async fn get(&self, key: &str) -> Result<Option<Entry>> {
        self.store.get(key).await
    }

    /// What is known of a value; `None` if there is none.
    ///
    /// # Errors
    /// Those of the backend.
    pub async fn info(&self, key: &str) -> Result<Option<EntryInfo>> {
        self.store.info(key).await
    }

    /// Deletes a value.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if the precondition does not hold.
    pub async fn delete(&self, key: &str, precondition: &Precondition) -> Result<()> {
        self.store.delete(key, precondition).await
    }

    /// Lists the keys that start with a prefix.
    ///
    /// # Errors
    /// Those of the backend.
    pub async fn list(&self, prefix: &str, options: &ListOptions) -> Result<Listing> {
        self.store.list(prefix, options).await
    }

    /// Where the value is, for others to read it.
    pub fn url(&self, key: &str) -> String {
        self.store.url(key)
    }
}
