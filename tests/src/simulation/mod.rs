//! The framework among faults, simulated: hives that compete on one queue, lose confirmations and
//! leases, die, are replaced by newer versions and come back, in virtual time and from a seed.
//!
//! - A [`Scenario`] says what happens to whom; [`Scenario::drawn`] draws one from a seed.
//! - [`play()`] plays it in a world of its own, and says what is wrong afterwards: effects that are
//!   missing or happened twice, events that are left or were given up, events that are two though
//!   they should be one, hives that published without a lease, settled what they had not, or did not
//!   stop in time.
//! - The trace of a run holds everything that changed the world, in order, with its time: each
//!   publishing, delivery, extension and settling, each write to a store, each start, stop and death
//!   of a process. One seed is one trace; [`fork()`] says where two runs come apart.
//! - A [`Batch`] plays many seeds on several threads. The program `simulate` is made of it.

mod batch;
mod career;
mod criminal;
mod fork;
mod life;
mod outage;
mod panics;
mod play;
mod protection;
mod record;
mod run;
mod scenario;
mod totals;
mod trace;
mod verdict;
mod workflow;
mod world;

pub use self::batch::{Batch, Ending, Progress};
pub use self::criminal::Crime;
pub use self::fork::fork;
pub use self::outage::{Outage, OutageScope};
pub use self::play::{Played, play, play_under};
pub use self::protection::Protection;
pub use self::scenario::{Plant, Scenario, Spoilt};
pub use self::totals::Totals;
pub use self::trace::{Keeping, TraceDigest};
