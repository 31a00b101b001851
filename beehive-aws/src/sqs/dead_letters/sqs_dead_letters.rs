//! The core's contract of dead letters.

use std::sync::Arc;

use async_trait::async_trait;
use beehive_core::event::EventId;
use beehive_core::page::{Page, PageRequest};
use beehive_core::queue::{DeadLetter, DeadLetters, QueueName, RedriveRate};
use beehive_core::{Error, ErrorKind, Result};
use tokio::sync::OwnedMutexGuard;

use super::super::parts::Parts;
use super::super::topology::QueueDesk;
use super::letter::Letter;
use super::look::{LETTERS_MAX, Look};
use super::pages::{page, sort_out};
use super::redrive;
use super::turns::Turns;

/// The dead letters of each queue, in a queue of their own.
#[derive(Debug)]
pub(crate) struct SqsDeadLetters {
    parts: Arc<Parts>,
    turns: Turns,
}

/// A queue of dead letters, and the right to look at it.
struct Turn {
    desk: Arc<QueueDesk>,
    look: Look,
    _guard: OwnedMutexGuard<()>,
}

impl SqsDeadLetters {
    pub(crate) fn new(parts: Arc<Parts>) -> Self {
        Self {
            parts,
            turns: Turns::default(),
        }
    }

    async fn turn(&self, queue: &QueueName) -> Result<Turn> {
        if !queue.is_readable() {
            return Err(Error::new(
                ErrorKind::Invalid,
                "a topic holds no events; its subscriptions do",
            ));
        }
        let guard = self.turns.take(queue).await?;
        let desk = self.parts.topology.dead_letters(queue).await?;
        Ok(Turn {
            look: Look::new(&self.parts, &desk),
            desk,
            _guard: guard,
        })
    }

    async fn try_count(&self, queue: &QueueName) -> Result<u64> {
        let turn = self.turn(queue).await?;
        let about = turn.look.about().await?;
        if about == 0 || about > LETTERS_MAX as u64 {
            return Ok(about);
        }
        let letters = turn.newest().await?;
        let count = letters.len();
        turn.look.give_back(letters).await;
        Ok(count as u64)
    }

    async fn try_list(&self, queue: &QueueName, request: &PageRequest) -> Result<Page<DeadLetter>> {
        let turn = self.turn(queue).await?;
        let letters = turn.newest().await?;
        let receipts: Vec<_> = letters
            .iter()
            .map(|letter| letter.receipt.clone())
            .collect();
        let page = page(letters, request);
        turn.look.give_back_receipts(receipts).await;
        let Page { items, next } = page?;
        let mut letters = Vec::with_capacity(items.len());
        for letter in items {
            letters.push(letter.into_dead_letter(&self.parts.bodies).await?);
        }
        Ok(Page {
            items: letters,
            next,
        })
    }

    async fn try_get(&self, queue: &QueueName, id: &EventId) -> Result<DeadLetter> {
        let turn = self.turn(queue).await?;
        let letters = turn.newest().await?;
        let receipts: Vec<_> = letters
            .iter()
            .map(|letter| letter.receipt.clone())
            .collect();
        turn.look.give_back_receipts(receipts).await;
        let found = letters
            .into_iter()
            .rfind(|letter| letter.place.id == *id)
            .ok_or_else(|| missing(id))?;
        found.into_dead_letter(&self.parts.bodies).await
    }

    async fn try_redrive(&self, queue: &QueueName, id: &EventId) -> Result<()> {
        let turn = self.turn(queue).await?;
        redrive::one(&self.parts, &turn.look, queue, id).await
    }

    async fn try_redrive_all(&self, queue: &QueueName, rate: RedriveRate) -> Result<u64> {
        let turn = self.turn(queue).await?;
        redrive::all(&self.parts, &turn.desk, queue, rate).await
    }

    async fn try_purge(&self, queue: &QueueName) -> Result<u64> {
        let turn = self.turn(queue).await?;
        let mut purged = 0;
        loop {
            let (letters, superseded) = sort_out(turn.look.take(LETTERS_MAX).await?);
            if letters.is_empty() {
                return Ok(purged);
            }
            purged += letters.len() as u64;
            let all = letters.into_iter().chain(superseded).collect();
            turn.look.delete(all).await?;
        }
    }
}

impl Turn {
    /// All that can be looked at, taken, in order; older copies of the same are deleted.
    async fn newest(&self) -> Result<Vec<Letter>> {
        let (letters, superseded) = sort_out(self.look.take(LETTERS_MAX).await?);
        if let Err(error) = self.look.delete(superseded).await {
            self.look.give_back(letters).await;
            return Err(error);
        }
        Ok(letters)
    }
}

pub(super) fn missing(id: &EventId) -> Error {
    Error::new(ErrorKind::NotFound, "there is no such dead letter").with_context("event", id)
}

fn named<T>(operation: &'static str, queue: &QueueName, result: Result<T>) -> Result<T> {
    result.map_err(|error| error.with_operation(operation).with_context("queue", queue))
}

#[async_trait]
impl DeadLetters for SqsDeadLetters {
    async fn count(&self, queue: &QueueName) -> Result<u64> {
        named("count dead letters", queue, self.try_count(queue).await)
    }

    async fn list(&self, queue: &QueueName, page: &PageRequest) -> Result<Page<DeadLetter>> {
        named("list dead letters", queue, self.try_list(queue, page).await)
    }

    async fn get(&self, queue: &QueueName, id: &EventId) -> Result<DeadLetter> {
        named("get dead letter", queue, self.try_get(queue, id).await)
    }

    async fn redrive(&self, queue: &QueueName, id: &EventId) -> Result<()> {
        named("redrive", queue, self.try_redrive(queue, id).await)
    }

    async fn redrive_all(&self, queue: &QueueName, rate: RedriveRate) -> Result<u64> {
        named(
            "redrive all",
            queue,
            self.try_redrive_all(queue, rate).await,
        )
    }

    async fn purge(&self, queue: &QueueName) -> Result<u64> {
        named("purge dead letters", queue, self.try_purge(queue).await)
    }
}
