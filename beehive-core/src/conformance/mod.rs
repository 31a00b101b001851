//! The specification of a backend, as cases to run against it (feature `conformance`).
//!
//! What is promised is a case here; what is not, is not promised. Each suite is a function that
//! returns its cases; a backend runs all of them, so it cannot forget one. A case that depends on a
//! capability has a counterpart for when the capability is missing, and [`Case::applies`] chooses
//! between them.
//!
//! Cases wait with tokio's clock, so that backends in memory run them on a paused one.

mod case;
pub mod collection;
pub mod counter;
pub mod inbox;
pub mod key_list;
pub mod key_value;
pub mod lock;
pub mod queue;
mod support;

pub use self::case::{Case, Failure, Outcome};
pub(crate) use self::case::{check, check_eq, check_kind};
