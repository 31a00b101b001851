//! Faults from a seed: what goes wrong around a process, played on demand.

mod collection;
mod conflict;
mod counter;
mod fault;
mod inbox;
mod injector;
mod key_list;
mod key_value;
mod lease;
mod life;
mod lock;
mod log;
mod plan;
mod process;
mod queue;
mod receiver;
mod stores;

pub use self::fault::Fault;
pub use self::log::FaultLog;
pub use self::plan::FaultPlan;
pub use self::process::Faults;
pub use self::queue::FaultyQueue;
