//! Stores on DynamoDB: collection, key-list, counter, lock and inbox.

mod capacity;
mod collection;
mod counter;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod inbox;
mod item;
mod key_list;
mod lock;
mod names;
mod options;
mod pages;
mod provision;
mod stores;
mod table;

pub use self::capacity::{Capacity, DynamoTable};
pub use self::collection::DynamoCollection;
pub use self::counter::DynamoCounter;
pub use self::inbox::DynamoInbox;
pub use self::key_list::DynamoKeyList;
pub use self::lock::DynamoLock;
pub use self::options::DynamoOptions;
pub use self::stores::DynamoStores;
