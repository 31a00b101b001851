//! How a hive stops.

use std::fmt;

use crate::factory::{HandedBack, Statistics};

/// What became of the work when a hive stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DrainReport {
    /// What was not finished, by actor.
    pub handed_back: Vec<HandedBack>,
    /// What was done in all.
    pub statistics: Statistics,
}

impl DrainReport {
    /// Whether everything in work was finished. What was only fetched ahead is not in work.
    pub fn is_clean(&self) -> bool {
        self.handed_back
            .iter()
            .all(|actor| actor.interrupted.is_empty() && actor.stuck.is_empty())
    }
}

impl fmt::Display for DrainReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let untouched: usize = self
            .handed_back
            .iter()
            .map(|actor| actor.untouched.len())
            .sum();
        if self.is_clean() {
            f.write_str("stopped; everything in work was finished")?;
        } else {
            f.write_str("stopped; not finished:")?;
        }
        for actor in &self.handed_back {
            if actor.interrupted.is_empty() && actor.stuck.is_empty() {
                continue;
            }
            write!(f, "\n  {} ({}):", actor.actor, actor.queue)?;
            for event in &actor.interrupted {
                write!(f, " {event} interrupted and handed back;")?;
            }
            for event in &actor.stuck {
                write!(f, " {event} stuck;")?;
            }
        }
        if untouched > 0 {
            write!(f, "\n  {untouched} fetched ahead and handed back untouched")?;
        }
        Ok(())
    }
}
