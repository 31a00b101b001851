//! What one can set about a queue in memory.

use crate::event::EventLimits;

/// The limits of a [`MemoryQueue`](super::MemoryQueue).
///
/// ```
/// use beehive_core::prelude::*;
/// use beehive_core::queue::memory::MemoryQueueOptions;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let queue = MemoryQueue::new(MemoryQueueOptions::default().with_capacity(1));
/// queue.declare(&"Jobs-Jobs".parse()?).await?;
/// let job = || Ok::<_, beehive_core::Error>(
///     Event::new("Job", "text/plain", "dig").with_destination("Jobs-Jobs".parse()?),
/// );
/// queue.push(job()?).await?;
/// assert!(queue.push(job()?).await.unwrap_err().is_temporary());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryQueueOptions {
    capacity: usize,
    limits: EventLimits,
}

impl MemoryQueueOptions {
    /// How many events may wait in one queue, delayed ones included, and how many dead letters it
    /// keeps; more are refused until some are taken. The default is a million.
    #[must_use]
    pub fn with_capacity(mut self, events: usize) -> Self {
        self.capacity = events;
        self
    }

    /// How large an event may be.
    #[must_use]
    pub fn with_limits(mut self, limits: EventLimits) -> Self {
        self.limits = limits;
        self
    }

    /// How many events may wait in one queue.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// How large an event may be.
    pub fn limits(&self) -> EventLimits {
        self.limits
    }
}

impl Default for MemoryQueueOptions {
    fn default() -> Self {
        Self {
            // Half a gigabyte at most, at 512 bytes an event beside its body.
            capacity: 1_000_000,
            limits: EventLimits::default(),
        }
    }
}
