//! Dead letters: events that were given up, each with the record of why.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{MissedTickBehavior, interval};

use crate::error::{ErrorKind, Result};
use crate::event::{Event, EventId};
use crate::page::{Page, PageRequest};
use crate::queue::{DeadLetterRecord, QueueName};

/// An event that was given up, with the record of why.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadLetter {
    /// The event, byte for byte as it was.
    pub event: Event,
    /// Why it was given up.
    pub record: DeadLetterRecord,
}

/// How fast dead letters are redriven: so many a second at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedriveRate(NonZeroU32);

impl RedriveRate {
    /// So many a second.
    #[must_use]
    pub fn per_second(count: NonZeroU32) -> Self {
        Self(count)
    }

    /// The time between two.
    pub fn pace(self) -> Duration {
        Duration::from_secs(1) / self.0.get()
    }
}

impl Default for RedriveRate {
    /// A hundred a second: soon done, and slow enough to be stopped when they all come back.
    fn default() -> Self {
        Self(NonZeroU32::MIN.saturating_add(99))
    }
}

/// The dead letters of each subscription and simple queue.
///
/// Identified by event id: an event that is dead-lettered twice is one dead letter. Every method
/// fails with [`ErrorKind::NotFound`] for a queue that is not declared and with
/// [`ErrorKind::Unsupported`] where the backend keeps no dead letters.
#[async_trait]
pub trait DeadLetters: fmt::Debug + Send + Sync {
    /// How many there are.
    async fn count(&self, queue: &QueueName) -> Result<u64>;

    /// A page of them, oldest first, without losing or reordering any.
    async fn list(&self, queue: &QueueName, page: &PageRequest) -> Result<Page<DeadLetter>>;

    /// One of them; [`ErrorKind::NotFound`] if there is none of that id.
    async fn get(&self, queue: &QueueName, id: &EventId) -> Result<DeadLetter>;

    /// Returns one to the queue it came from, and to no other reader of its topic, as if it had
    /// never failed. [`ErrorKind::NotFound`] if there is none of that id.
    async fn redrive(&self, queue: &QueueName, id: &EventId) -> Result<()>;

    /// Returns all that are there now, at most so many a second, and says how many.
    ///
    /// A backend without a better way of its own calls [`redrive_each`].
    async fn redrive_all(&self, queue: &QueueName, rate: RedriveRate) -> Result<u64>;

    /// Deletes them all, and says how many.
    async fn purge(&self, queue: &QueueName) -> Result<u64>;
}

/// Redrives the dead letters that are there now, one by one, at a rate.
///
/// # Errors
/// Those of the backend; what was redriven until then stays so.
///
/// # Cancel safety
/// Dropping the future stops after a whole dead letter, or in the middle of one, which is then
/// redriven, still there, or both.
pub async fn redrive_each(
    dead_letters: &dyn DeadLetters,
    queue: &QueueName,
    rate: RedriveRate,
) -> Result<u64> {
    /// How many are looked up at once.
    const PAGE: usize = 100;
    let mut pace = interval(rate.pace());
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // What fails again while we are at it must not be redriven for ever.
    let limit = dead_letters.count(queue).await?;
    let mut redriven = 0;
    let mut page = PageRequest::first(PAGE);
    while redriven < limit {
        let letters = dead_letters.list(queue, &page).await?;
        for letter in letters.items {
            if redriven == limit {
                break;
            }
            pace.tick().await;
            match dead_letters.redrive(queue, letter.event.id()).await {
                Ok(()) => redriven += 1,
                // Somebody else redrove or purged it meanwhile.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        match letters.next {
            Some(next) => page = PageRequest::first(PAGE).starting_at(next),
            None => break,
        }
    }
    Ok(redriven)
}
