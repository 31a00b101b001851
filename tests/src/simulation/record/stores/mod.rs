//! The stores, as one process uses them.

mod collection;
mod counter;
mod inbox;
mod key_list;
mod key_value;

use beehive_core::store::Stores;
use beehive_core::store::memory::{
    MemoryCollection, MemoryCounter, MemoryInbox, MemoryKeyList, MemoryKeyValue,
};

use super::witness::Witness;

/// What the stores of a run keep, in memory; clones are the same.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Shelves {
    key_value: MemoryKeyValue,
    key_list: MemoryKeyList,
    collection: MemoryCollection,
    counter: MemoryCounter,
    inbox: MemoryInbox,
}

impl Shelves {
    /// The stores for who looks at them from outside the run.
    pub(in super::super) fn stores(&self) -> Stores {
        Stores::none()
            .with_key_value(self.key_value.clone())
            .with_key_list(self.key_list.clone())
            .with_collection(self.collection.clone())
            .with_counter(self.counter.clone())
            .with_inbox(self.inbox.clone())
    }

    /// The stores with a witness of what is written.
    pub(in super::super) fn seen_by(&self, witness: &Witness) -> Stores {
        Stores::none()
            .with_key_value(Recorded::new(&self.key_value, witness))
            .with_key_list(Recorded::new(&self.key_list, witness))
            .with_collection(Recorded::new(&self.collection, witness))
            .with_counter(Recorded::new(&self.counter, witness))
            .with_inbox(Recorded::new(&self.inbox, witness))
    }
}

/// A store with a witness of what is written.
#[derive(Debug)]
struct Recorded<S> {
    inner: S,
    witness: Witness,
}

impl<S: Clone> Recorded<S> {
    fn new(inner: &S, witness: &Witness) -> Self {
        Self {
            inner: inner.clone(),
            witness: witness.clone(),
        }
    }
}
