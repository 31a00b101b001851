//! One fault, and what it did to work in flight.

use std::time::Duration;

use tokio::time::Instant;

/// The number of a fault in the order in which they struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Strike(pub(super) usize);

/// What came of a fault.
#[derive(Clone, Debug)]
pub(crate) struct Injury {
    /// Its kind, as the table names it.
    pub(crate) kind: &'static str,
    /// Deliveries that were in work where it struck.
    pub(crate) hit: usize,
    /// Those of them that have not ended yet.
    pub(crate) open: usize,
    /// When the fault was over.
    pub(crate) over: Option<Instant>,
    /// When the last of what it hit ended, so far.
    pub(crate) last: Option<Instant>,
}

impl Injury {
    pub(super) fn new(kind: &'static str, hit: usize) -> Self {
        Self {
            kind,
            hit,
            open: hit,
            over: None,
            last: None,
        }
    }

    /// One of what it hit ended now, or nobody knows when.
    pub(super) fn close(&mut self, now: Option<Instant>) {
        self.open -= 1;
        self.last = now.or(self.last);
    }

    /// How long it took, from the end of the fault, until all that it had hit was done; nothing for
    /// a fault that hit nothing, or whose victims are not done.
    pub(crate) fn recovery(&self) -> Option<Duration> {
        let recovered = self.last.filter(|_| self.open == 0)?;
        // Others may be done with it before the fault is over.
        Some(recovered.saturating_duration_since(self.over?))
    }
}
