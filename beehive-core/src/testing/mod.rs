//! The test harness (feature `testing`): a hive on virtual time, and faults from a seed.
//!
//! - [`TestHive`] runs the hive that a program would run, on a queue in memory: publish, run until
//!   idle, look at what was published, settled and dead-lettered. On tokio's paused clock
//!   (`#[tokio::test(start_paused = true)]`) hours of delays take milliseconds; on a running one
//!   they take hours, and everything else is the same.
//! - [`Faults`] gives a hive a queue and stores that lose confirmations, deliver twice, cut leases
//!   and die, as a [`FaultPlan`] says and a seed decides; [`FaultLog`] counts what really happened.
//! - [`delivered()`](fn@delivered) makes an event as an actor gets it, to call an actor alone.
//!
//! The features of a development dependency are enough:
//! `beehive-core = { version = "…", features = ["testing"] }`.

mod delivered;
mod faults;
mod hive;
mod recording;

pub use self::delivered::delivered;
pub use self::faults::{Fault, FaultLog, FaultPlan, Faults, FaultyQueue};
pub use self::hive::{Settled, TestHive, TestOptions, Unfinished};
pub use self::recording::{Happening, Journal, Record, RecordingQueue};
