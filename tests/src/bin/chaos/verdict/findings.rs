//! Everything that was found out about a run.

use std::time::Duration;

use beehive_core::prelude::EventId;

use crate::audit::{Dead, Effects};
use crate::journal::Injury;
use crate::rest::Rest;

/// What was done to a run, and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Findings {
    /// Orders that were to be placed.
    pub(crate) attempted: u64,
    /// Orders whose event the queue has confirmed.
    pub(crate) confirmed: u64,
    pub(crate) effects: Effects,
    /// What was left in the queues.
    pub(crate) rest: Rest,
    pub(crate) dead: Vec<Dead>,
    /// The events that were to end there.
    pub(crate) poisoned: Vec<EventId>,
    /// How many faults were to strike.
    pub(crate) planned: usize,
    pub(crate) injuries: Vec<Injury>,
    pub(crate) recovered: usize,
    pub(crate) redelivered: u64,
    /// The digest of the same orders in memory.
    pub(crate) in_memory: String,
    /// What else went wrong.
    pub(crate) faults: Vec<String>,
    pub(crate) elapsed: Duration,
}
