//! Stores in the memory of one process, for tests, samples and small programs.
//!
//! They keep every promise of the contracts and have no special powers: locks end, the inbox
//! forgets, races are lost. Clones share their content; it is gone with the last of them. Time is
//! tokio's, so that a paused clock moves it.

mod collection;
mod counter;
mod expiring;
mod inbox;
mod key_list;
mod key_value;
mod lock;
mod shared;

pub use self::collection::MemoryCollection;
pub use self::counter::MemoryCounter;
pub use self::inbox::MemoryInbox;
pub use self::key_list::MemoryKeyList;
pub use self::key_value::MemoryKeyValue;
pub use self::lock::MemoryLock;
