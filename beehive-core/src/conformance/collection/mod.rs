//! What every collection backend must do.

mod documents;
mod preconditions;
mod ranges;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::conformance::{Case, Failure, Outcome, check_eq};
use crate::store::{CollectionStore, Etag, Precondition};

/// A collection store, and a place in it that no other run uses.
#[derive(Clone)]
pub struct CollectionFixture {
    /// The store.
    pub store: Arc<dyn CollectionStore>,
    /// What the name of every collection of the case starts with: unique, of at most 100 bytes.
    pub prefix: String,
}

impl CollectionFixture {
    /// A fixture whose collections start with this prefix.
    pub fn new(store: impl CollectionStore, prefix: impl Into<String>) -> Self {
        Self {
            store: Arc::new(store),
            prefix: prefix.into(),
        }
    }

    /// The collection that most cases use.
    fn orders(&self) -> String {
        format!("{}orders", self.prefix)
    }

    async fn put(&self, id: &str, data: &'static str) -> Result<Etag, Failure> {
        let orders = self.orders();
        Ok(self
            .store
            .put(&orders, id, data.into(), &Precondition::None)
            .await?)
    }

    async fn data(&self, id: &str) -> Result<Option<Bytes>, Failure> {
        let found = self.store.get(&self.orders(), id).await?;
        Ok(found.map(|document| document.data))
    }

    async fn check_data(&self, id: &str, expected: Option<&'static str>) -> Outcome {
        check_eq!(
            self.data(id).await?,
            expected.map(Bytes::from),
            "data of {id}"
        );
        Ok(())
    }
}

impl fmt::Debug for CollectionFixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CollectionFixture")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// The cases.
pub fn cases() -> Vec<Case<CollectionFixture>> {
    let mut cases = documents::cases();
    cases.extend(preconditions::cases());
    cases.extend(ranges::cases());
    cases
}
