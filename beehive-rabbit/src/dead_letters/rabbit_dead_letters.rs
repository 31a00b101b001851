//! The core's contract of dead letters.

use std::sync::Arc;

use async_trait::async_trait;
use beehive_core::event::EventId;
use beehive_core::page::{Page, PageRequest};
use beehive_core::queue::{DeadLetter, DeadLetters, QueueName, RedriveRate};
use beehive_core::{Error, ErrorKind, Result};

use super::census::{Census, Sighting};
use super::letter::Letter;
use super::look::{Extent, Look, PATIENCE};
use super::redrive;
use super::turns::Turns;
use super::window::Window;
use crate::rabbit_queue::Parts;

/// Up to how many dead letters are counted one by one; the broker's count of more than these takes
/// each copy for one.
const COUNTED_MAX: u32 = 1_000;

/// The dead letters of each queue, in a queue of their own.
#[derive(Debug)]
pub(crate) struct RabbitDeadLetters {
    parts: Arc<Parts>,
    turns: Turns,
}

impl RabbitDeadLetters {
    pub(crate) fn new(parts: Arc<Parts>) -> Self {
        Self {
            parts,
            turns: Turns::default(),
        }
    }

    pub(super) fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Starts a look at a queue's dead letters.
    ///
    /// A dead-letter queue that somebody deleted is declared again: its subscription still needs it.
    ///
    /// # Errors
    /// `NotFound` if the queue itself does not exist, `Invalid` for a topic.
    pub(super) async fn look(&self, queue: &QueueName, extent: Extent) -> Result<Look> {
        if !queue.is_readable() {
            return Err(Error::new(
                ErrorKind::Invalid,
                "a topic holds no events; its subscriptions do",
            ));
        }
        match self.try_look(queue, extent).await {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let topology = &self.parts.topology;
                if !topology.exists(queue).await? {
                    return Err(error);
                }
                topology.forget();
                topology.declare_dead_letters(queue).await?;
                self.try_look(queue, extent).await
            }
            result => result,
        }
    }

    async fn try_look(&self, queue: &QueueName, extent: Extent) -> Result<Look> {
        let turn = self.turns.take(queue, PATIENCE).await?;
        let dead_letters = self.parts.topology.names().dead_letters(queue);
        Look::begin(&self.parts, &dead_letters, extent, turn).await
    }

    async fn count(&self, queue: &QueueName) -> Result<u64> {
        let waiting = self.size(queue).await?;
        if waiting > COUNTED_MAX {
            return Ok(waiting.into());
        }
        let mut look = self.look(queue, Extent::All).await?;
        let census = survey(&mut look, |_, _| {}).await?;
        let count = census.len();
        look.delete(&mut census.into_superseded()).await?;
        look.end().await?;
        Ok(count as u64)
    }

    async fn size(&self, queue: &QueueName) -> Result<u32> {
        let look = self.look(queue, Extent::Size).await?;
        let waiting = look.waiting();
        look.end().await?;
        Ok(waiting)
    }

    async fn list(&self, queue: &QueueName, page: &PageRequest) -> Result<Page<DeadLetter>> {
        let mut window = Window::new(page)?;
        let mut look = self.look(queue, Extent::All).await?;
        let census = survey(&mut look, |letter, sighting| {
            match sighting {
                Sighting::First => {}
                Sighting::Later(earlier) => window.remove(&earlier),
                Sighting::Earlier => return,
            }
            window.insert(letter.place.clone(), letter.into_dead_letter());
        })
        .await?;
        look.delete(&mut census.into_superseded()).await?;
        look.end().await?;
        Ok(window.into_page())
    }

    async fn get(&self, queue: &QueueName, id: &EventId) -> Result<DeadLetter> {
        let mut found: Option<Letter> = None;
        let mut look = self.look(queue, Extent::All).await?;
        survey(&mut look, |letter, _| {
            let is_latest = found
                .as_ref()
                .is_none_or(|found| found.place.time <= letter.place.time);
            if letter.place.identity.id == *id && is_latest {
                found = Some(letter);
            }
        })
        .await?;
        look.end().await?;
        found
            .map(Letter::into_dead_letter)
            .ok_or_else(|| missing(id))
    }

    async fn purge(&self, queue: &QueueName) -> Result<u64> {
        let waiting = self.size(queue).await?;
        if waiting > COUNTED_MAX {
            return self.look(queue, Extent::Size).await?.purge().await;
        }
        let mut look = self.look(queue, Extent::All).await?;
        let mut tags = Vec::new();
        let census = survey(&mut look, |letter, _| tags.push(letter.tag)).await?;
        look.delete(&mut tags).await?;
        look.end().await?;
        Ok(census.len() as u64)
    }
}

/// Looks at everything, and tells of each what it is to those before it.
pub(super) async fn survey(
    look: &mut Look,
    mut visit: impl FnMut(Letter, Sighting) + Send,
) -> Result<Census> {
    let mut census = Census::default();
    while let Some(delivery) = look.next().await? {
        let letter = Letter::read(delivery);
        let sighting = census.see(&letter.place, letter.tag);
        visit(letter, sighting);
    }
    Ok(census)
}

pub(super) fn missing(id: &EventId) -> Error {
    Error::new(ErrorKind::NotFound, "there is no such dead letter").with_context("event", id)
}

#[async_trait]
impl DeadLetters for RabbitDeadLetters {
    async fn count(&self, queue: &QueueName) -> Result<u64> {
        named("count dead letters", queue, self.count(queue).await)
    }

    async fn list(&self, queue: &QueueName, page: &PageRequest) -> Result<Page<DeadLetter>> {
        named("list dead letters", queue, self.list(queue, page).await)
    }

    async fn get(&self, queue: &QueueName, id: &EventId) -> Result<DeadLetter> {
        named("get dead letter", queue, self.get(queue, id).await)
    }

    async fn redrive(&self, queue: &QueueName, id: &EventId) -> Result<()> {
        named("redrive", queue, redrive::one(self, queue, id).await)
    }

    async fn redrive_all(&self, queue: &QueueName, rate: RedriveRate) -> Result<u64> {
        named("redrive all", queue, redrive::all(self, queue, rate).await)
    }

    async fn purge(&self, queue: &QueueName) -> Result<u64> {
        named("purge dead letters", queue, self.purge(queue).await)
    }
}

fn named<T>(operation: &'static str, queue: &QueueName, result: Result<T>) -> Result<T> {
    result.map_err(|error| error.with_operation(operation).with_context("queue", queue))
}
