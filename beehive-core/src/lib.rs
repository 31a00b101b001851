//! beehive: reactive cloud actors.

pub mod actor;
#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(test)]
extern crate self as beehive_core;

pub mod error;
pub mod event;
mod factory;
pub mod flow;
pub mod hive;
#[cfg(feature = "macros")]
mod macros;
pub mod page;
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
pub use self::macros::{EventBody, actor, pulser};
#[doc(no_inline)]
pub use jiff::Timestamp;
#[doc(no_inline)]
pub use tokio_util::sync::CancellationToken;
