//! Exchanges, queues and what is between them.

mod arguments;
mod channels;
mod delay;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod known;
mod names;
mod plan;
mod refusal;
mod registry;
mod step;

pub(crate) use self::delay::{Route, delayed};
pub(crate) use self::names::Names;
pub(crate) use self::registry::Topology;
