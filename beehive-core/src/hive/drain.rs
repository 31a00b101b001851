//! How a hive stops.

use std::fmt;

use crate::factory::{HandedBack, Statistics};

/// What became of the work when a hive stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DrainReport {
    /// What could not be finished in time, by actor; empty after a clean stop.
    pub handed_back: Vec<HandedBack>,
    /// What was done in all.
    pub statistics: Statistics,
}

impl DrainReport {
    /// Whether everything in work was finished.
    pub fn is_clean(&self) -> bool {
        self.handed_back.is_empty()
    }
}

impl fmt::Display for DrainReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            return write!(f, "stopped; everything in work was finished");
        }
        write!(f, "stopped; not finished:")?;
        for actor in &self.handed_back {
            write!(f, "\n  {} ({}):", actor.actor, actor.queue)?;
            for event in &actor.events {
                write!(f, " {event} handed back;")?;
            }
            for event in &actor.stuck {
                write!(f, " {event} stuck;")?;
            }
        }
        Ok(())
    }
}
