//! Stores: where state lives, so that actors need none.

mod capabilities;
mod collection;
mod counter;
mod inbox;
mod key_list;
mod key_value;
mod lock;
pub mod memory;
mod precondition;
mod stores;

pub use self::capabilities::StoreCapabilities;
pub use self::collection::{Collection, CollectionStore, Document, Entity, Range, Versioned};
pub use self::counter::{Change, Counter, CounterOutcome, CounterStore, OperationId};
pub use self::inbox::{Inbox, InboxEntry, InboxKey, InboxOutcome};
pub use self::key_list::{Added, KeyList, KeyListStore};
pub use self::key_value::{
    Entry, EntryInfo, KeyValue, KeyValueStore, ListOptions, Listing, METADATA_MAX, Metadata,
    PutOptions, Value, ValueStream,
};
pub use self::lock::{Grant, Lock, LockGuard, LockStore};
pub use self::precondition::{Etag, Precondition};
pub use self::stores::Stores;
