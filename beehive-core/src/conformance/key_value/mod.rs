//! What every key-value backend must do.

mod info;
mod listing;
mod preconditions;
mod values;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::conformance::{Case, Failure};
use crate::store::{Entry, EntryInfo, KeyValueStore};

/// A key-value store, and a place in it that no other run uses.
#[derive(Clone)]
pub struct KeyValueFixture {
    /// The store.
    pub store: Arc<dyn KeyValueStore>,
    /// What every key of the case starts with: unique, of at most 100 bytes.
    pub prefix: String,
    /// How far the clock of the backend may be from that of this machine.
    pub clock_tolerance: Duration,
}

impl KeyValueFixture {
    /// A fixture whose backend has a clock within some minutes of this machine's.
    pub fn new(store: impl KeyValueStore, prefix: impl Into<String>) -> Self {
        Self {
            store: Arc::new(store),
            prefix: prefix.into(),
            clock_tolerance: Duration::from_mins(15),
        }
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The value under a key, with what is known of it.
    async fn read(&self, key: &str) -> Result<Option<Read>, Failure> {
        match self.store.get(key).await? {
            Some(Entry { info, value }) => Ok(Some(Read {
                bytes: value.into_bytes(READ_MAX).await?,
                info,
            })),
            None => Ok(None),
        }
    }

    /// The bytes under a key.
    async fn bytes(&self, key: &str) -> Result<Option<Bytes>, Failure> {
        Ok(self.read(key).await?.map(|read| read.bytes))
    }
}

/// Longer than any value the cases write.
const READ_MAX: usize = 64 * 1024 * 1024;

struct Read {
    info: EntryInfo,
    bytes: Bytes,
}

impl fmt::Debug for KeyValueFixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyValueFixture")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// The cases, each for a fixture of its own.
///
/// ```
/// use beehive_core::conformance::key_value::{KeyValueFixture, cases};
/// use beehive_core::store::memory::MemoryKeyValue;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::conformance::Failure> {
/// for (number, case) in cases().into_iter().enumerate() {
///     let fixture = KeyValueFixture::new(MemoryKeyValue::default(), format!("run-{number}/"));
///     if case.applies(&fixture) {
///         case.run(fixture).await?;
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub fn cases() -> Vec<Case<KeyValueFixture>> {
    let mut cases = values::cases();
    cases.extend(info::cases());
    cases.extend(preconditions::cases());
    cases.extend(listing::cases());
    cases
}
