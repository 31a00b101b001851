//! Who writes in the logbook what one process does.

use std::fmt;

use beehive_core::hive::Statistics;
use beehive_core::{Error, Result};

use super::super::outage::{Asked, Outage};
use super::super::trace::Who;
use super::logbook::Logbook;

/// Sees what one process does to the world.
#[derive(Clone, Debug)]
pub(in super::super) struct Witness {
    pub(super) who: Who,
    pub(super) logbook: Logbook,
    outage: Option<Outage>,
}

impl Witness {
    /// Sees what this one does, in a world in which the stores may be out for a while.
    pub(in super::super) fn new(who: Who, logbook: Logbook, outage: Option<Outage>) -> Self {
        Self {
            who,
            logbook,
            outage,
        }
    }

    /// Whom it watches.
    pub(in super::super) fn name(&self) -> Who {
        self.who
    }

    /// Notes in the trace what the process does.
    pub(in super::super) fn note(&self, what: fmt::Arguments<'_>) {
        self.logbook.note(self.who, what);
    }

    /// Compares what the process says of itself with what it did.
    pub(in super::super) fn hear(&self, claimed: &Statistics) {
        let mut seen = self.logbook.seen();
        let contradictions = seen.tally(self.who).contradicts(claimed);
        let of_whom = contradictions.iter().map(|it| format!("{} {it}", self.who));
        seen.misconduct.extend(of_whom);
    }

    /// Whether a store answers now.
    pub(super) fn admit(&self, asked: Asked) -> Result<(), Error> {
        match self.outage {
            Some(outage) => outage.admit(asked, self.logbook.elapsed()),
            None => Ok(()),
        }
    }
}
