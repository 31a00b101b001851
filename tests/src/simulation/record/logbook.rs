//! The logbook of a run, which all processes write in.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::super::trace::{Keeping, Trace, Who};
use super::seen::Seen;

/// The logbook of a run; clones are the same.
#[derive(Clone, Debug)]
pub(in super::super) struct Logbook {
    start: Instant,
    seen: Arc<Mutex<Seen>>,
}

impl Logbook {
    /// Begins now.
    pub(in super::super) fn new(keeping: Keeping) -> Self {
        Self {
            start: Instant::now(),
            seen: Arc::new(Mutex::new(Seen::new(Trace::new(keeping)))),
        }
    }

    /// How long ago it began.
    pub(in super::super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// A moment, as the time since it began.
    pub(super) fn time_of(&self, moment: Instant) -> Duration {
        moment.saturating_duration_since(self.start)
    }

    /// Notes in the trace what somebody does.
    pub(in super::super) fn note(&self, who: Who, what: fmt::Arguments<'_>) {
        let at = self.elapsed();
        self.seen().trace.note(at, who, what);
    }

    /// Notes what nobody may do.
    pub(in super::super) fn misconduct(&self, what: String) {
        self.seen().misconduct.push(what);
    }

    /// What was seen so far.
    pub(in super::super) fn seen(&self) -> MutexGuard<'_, Seen> {
        // A panic elsewhere leaves nothing half done in here.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was seen until now; whoever writes in it afterwards writes in vain.
    pub(in super::super) fn close(&self) -> Seen {
        let nothing = Seen::new(Trace::new(Keeping::Digest));
        std::mem::replace(&mut *self.seen(), nothing)
    }
}
