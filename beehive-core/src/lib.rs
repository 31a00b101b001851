//! beehive: reactive cloud actors.

pub mod actor;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod error;
pub mod event;
pub mod hive;
pub mod page;
#[cfg(feature = "macros")]
// mod macros;
pub mod prelude;
pub mod queue;
pub mod recovery;
pub mod schedule;
pub mod store;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use self::error::{BoxError, Error, ErrorKind, Result, RetryClass};
pub use self::event::Event;
pub use self::hive::Hive;
#[cfg(feature = "macros")]
// MACROS
#[doc(no_inline)]
pub use jiff::Timestamp;
#[doc(no_inline)]
pub use tokio_util::sync::CancellationToken;
