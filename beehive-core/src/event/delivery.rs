//! What an event knows about its delivery to an actor.

use std::fmt;
use std::sync::{Arc, OnceLock};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::event::Codecs;
use crate::queue::QueueName;

/// One delivery of an event to one actor: from where, which attempt it is, and until when.
#[derive(Clone)]
pub struct Delivery(Arc<Facts>);

struct Facts {
    queue: QueueName,
    attempt: u32,
    deadline: Instant,
    /// Made by whoever needs it first; most actors never do.
    cancellation: OnceLock<CancellationToken>,
    codecs: Arc<Codecs>,
}

impl Delivery {
    pub(crate) fn new(
        queue: QueueName,
        attempt: u32,
        deadline: Instant,
        codecs: Arc<Codecs>,
    ) -> Self {
        Self(Arc::new(Facts {
            queue,
            attempt,
            deadline,
            cancellation: OnceLock::new(),
            codecs,
        }))
    }

    /// The subscription or simple queue it came from; an actor may read several.
    pub fn queue(&self) -> &QueueName {
        &self.0.queue
    }

    /// Which attempt this is; the first is 1. Attempts that ended in a crash count too.
    pub fn attempt(&self) -> u32 {
        self.0.attempt
    }

    /// When processing is given up.
    pub fn deadline(&self) -> Instant {
        self.0.deadline
    }

    /// Fires when the result is no longer wanted: the lease is lost, the time is over or the hive's
    /// grace ends. An `async` actor is dropped then; give this to whatever would go on without it,
    /// such as a blocking actor or a task of its own.
    pub fn cancellation(&self) -> &CancellationToken {
        self.0.cancellation.get_or_init(CancellationToken::new)
    }

    pub(super) fn codecs(&self) -> &Codecs {
        &self.0.codecs
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = self.0.cancellation.get();
        f.debug_struct("Delivery")
            .field("queue", &self.0.queue)
            .field("attempt", &self.0.attempt)
            .field("deadline", &self.0.deadline)
            .field(
                "cancelled",
                &token.is_some_and(CancellationToken::is_cancelled),
            )
            .finish_non_exhaustive()
    }
}
