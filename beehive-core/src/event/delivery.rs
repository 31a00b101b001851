//! What an event knows about its delivery to an actor.

use std::fmt;
use std::sync::Arc;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::event::Codecs;

/// One delivery of an event to one actor: which attempt it is, and until when.
#[derive(Clone)]
pub struct Delivery {
    attempt: u32,
    deadline: Instant,
    cancellation: CancellationToken,
    codecs: Arc<Codecs>,
}

impl Delivery {
    pub(crate) fn new(attempt: u32, deadline: Instant, codecs: Arc<Codecs>) -> Self {
        Self {
            attempt,
            deadline,
            cancellation: CancellationToken::new(),
            codecs,
        }
    }

    /// Which attempt this is; the first is 1. Attempts that ended in a crash count too.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// When processing is given up.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Fires when the result is no longer wanted: the lease is lost, the time is over or the hive's
    /// grace ends. An `async` actor is dropped then; give this to whatever would go on without it,
    /// such as a blocking actor or a task of its own.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.cancellation
    }

    pub(super) fn codecs(&self) -> &Codecs {
        &self.codecs
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("attempt", &self.attempt)
            .field("deadline", &self.deadline)
            .field("cancelled", &self.cancellation.is_cancelled())
            .finish_non_exhaustive()
    }
}
