//! To which exchanges something was published.

use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};

use lapin::types::ShortString;

/// To which exchanges something was published: they are there, unless somebody deletes them.
#[derive(Debug, Default)]
pub(super) struct Reached(RwLock<HashSet<ShortString>>);

impl Reached {
    /// More exchanges than this are not remembered; the events of one system have far fewer types.
    const MAX: usize = 10_000;

    pub(super) fn contains(&self, exchange: &ShortString) -> bool {
        // The default exchange is always there.
        exchange.as_str().is_empty()
            || self
                .0
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(exchange)
    }

    /// The broker took a message to it.
    pub(super) fn add(&self, exchange: &ShortString) {
        if self.contains(exchange) {
            return;
        }
        let mut exchanges = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if exchanges.len() >= Self::MAX {
            exchanges.clear();
        }
        exchanges.insert(exchange.clone());
    }

    /// A message to it was on a channel that ended.
    pub(super) fn remove(&self, exchange: &ShortString) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(exchange);
    }
}
