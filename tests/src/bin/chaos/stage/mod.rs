//! What the processes work with: broker and emulators, and what stands in front of them.

mod door;
mod environment;
mod services;
mod set;

pub(crate) use self::door::Door;
pub(crate) use self::environment::Environment;
pub(crate) use self::services::Services;
pub(crate) use self::set::{Broken, Stage};
