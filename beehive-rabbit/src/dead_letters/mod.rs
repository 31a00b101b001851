//! The dead letters of each queue, in a queue of their own.

use std::sync::Arc;

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::event::EventId;
use beehive_core::page::{Page, PageRequest};
use beehive_core::queue::{DeadLetter, DeadLetters, QueueName, RedriveRate};

use crate::rabbit_queue::Parts;

/// The dead letters of each queue, in a queue of their own.
#[derive(Debug)]
pub(crate) struct RabbitDeadLetters {}

impl RabbitDeadLetters {
    pub(crate) fn new(parts: Arc<Parts>) -> Self {
        let _ = parts;
        Self {}
    }
}

#[async_trait]
impl DeadLetters for RabbitDeadLetters {
    async fn count(&self, queue: &QueueName) -> Result<u64> {
        let _ = queue;
        todo!()
    }
    async fn list(&self, queue: &QueueName, page: &PageRequest) -> Result<Page<DeadLetter>> {
        let _ = (queue, page);
        todo!()
    }
    async fn get(&self, queue: &QueueName, id: &EventId) -> Result<DeadLetter> {
        let _ = (queue, id);
        todo!()
    }
    async fn redrive(&self, queue: &QueueName, id: &EventId) -> Result<()> {
        let _ = (queue, id);
        todo!()
    }
    async fn redrive_all(&self, queue: &QueueName, rate: RedriveRate) -> Result<u64> {
        let _ = (queue, rate);
        todo!()
    }
    async fn purge(&self, queue: &QueueName) -> Result<u64> {
        let _ = queue;
        todo!()
    }
}
