//! Recording: what the processes of a run really do to the queue and the stores, below all faults.

mod lease;
mod logbook;
mod outcome;
mod queue;
mod receiver;
mod seen;
mod stores;
mod witness;

pub(super) use self::logbook::Logbook;
pub(super) use self::queue::RecordedQueue;
pub(super) use self::seen::Seen;
pub(super) use self::stores::Shelves;
pub(super) use self::witness::Witness;
