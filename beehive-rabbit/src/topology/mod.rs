//! Exchanges, queues and what is between them.

mod delay;
mod names;
mod registry;

pub(crate) use self::delay::{Route, delayed};
pub(crate) use self::names::Names;
pub(crate) use self::registry::Topology;
