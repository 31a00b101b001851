//! The dead letters of queues in memory.

use std::num::ParseIntError;

use async_trait::async_trait;

use super::operator::MemoryQueue;
use super::subscription::Subscription;
use crate::error::{Error, ErrorKind, Result};
use crate::event::EventId;
use crate::page::{Cursor, Page, PageRequest};
use crate::queue::{DeadLetter, DeadLetters, QueueName, RedriveRate, redrive_each};

#[async_trait]
impl DeadLetters for MemoryQueue {
    async fn count(&self, queue: &QueueName) -> Result<u64> {
        let queue = self.broker().find(queue)?;
        Ok(queue.inspect(|events| events.dead().len()) as u64)
    }

    async fn list(&self, queue: &QueueName, page: &PageRequest) -> Result<Page<DeadLetter>> {
        let queue = self.broker().find(queue)?;
        let after = page.after().map_or(Ok(0), read_cursor)?;
        let (items, last) = queue.inspect(|events| events.dead().page(after, page.limit().get()));
        Ok(Page {
            items,
            next: last.map(|place| Cursor::new(place.to_string())),
        })
    }

    async fn get(&self, queue: &QueueName, id: &EventId) -> Result<DeadLetter> {
        let found = self
            .broker()
            .find(queue)?
            .inspect(|events| events.dead().get(id));
        found.ok_or_else(|| no_dead_letter(queue, id))
    }

    async fn redrive(&self, queue: &QueueName, id: &EventId) -> Result<()> {
        let found = self
            .broker()
            .find(queue)?
            .change(|events| events.redrive(id));
        found.then_some(()).ok_or_else(|| no_dead_letter(queue, id))
    }

    async fn redrive_all(&self, queue: &QueueName, rate: RedriveRate) -> Result<u64> {
        redrive_each(self, queue, rate).await
    }

    async fn purge(&self, queue: &QueueName) -> Result<u64> {
        let queue = self.broker().find(queue)?;
        Ok(queue.change(Subscription::purge) as u64)
    }
}

fn read_cursor(cursor: &Cursor) -> Result<u64> {
    cursor.as_str().parse().map_err(|error: ParseIntError| {
        Error::new(ErrorKind::Invalid, "the cursor is not one of this list").with_source(error)
    })
}

fn no_dead_letter(queue: &QueueName, id: &EventId) -> Error {
    Error::new(ErrorKind::NotFound, "there is no such dead letter")
        .with_context("queue", queue)
        .with_context("event", id)
}
