//! The hive: puts actors, a queue, stores and pulsers together, and runs them.

mod builder;
mod checks;
mod composition;
mod drain;
mod finding;
mod overrides;
mod publisher;
mod running;
mod strictness;
mod topology;
mod watchdog;

pub use self::builder::HiveBuilder;
pub use self::composition::Hive;
pub use self::drain::DrainReport;
pub use self::finding::{BuildError, Finding};
pub use self::publisher::Publisher;
pub use self::running::{RunningHive, Status};
pub use self::strictness::Strictness;
pub use crate::factory::{FactorySettings, HandedBack, KillSwitchPolicy, Statistics};
