//! Declares and checks exchanges and queues.

use std::sync::Arc;

use beehive_core::Result;
use beehive_core::queue::QueueName;

use super::Names;
use crate::config::RabbitConfig;
use crate::connection::Link;

/// Declares and checks exchanges and queues, and remembers what it declared.
#[derive(Debug)]
pub(crate) struct Topology {}

impl Topology {
    pub(crate) fn new(link: Arc<Link>, config: Arc<RabbitConfig>) -> Self {
        let _ = (link, config);
        todo!()
    }

    pub(crate) fn names(&self) -> &Names {
        todo!()
    }

    /// As [`EventQueue::declare`](beehive_core::queue::EventQueue::declare).
    pub(crate) async fn declare(&self, name: &QueueName) -> Result<()> {
        let _ = name;
        todo!()
    }

    /// As [`EventQueue::delete`](beehive_core::queue::EventQueue::delete).
    pub(crate) async fn delete(&self, name: &QueueName) -> Result<()> {
        let _ = name;
        todo!()
    }

    /// As [`EventQueue::exists`](beehive_core::queue::EventQueue::exists).
    pub(crate) async fn exists(&self, name: &QueueName) -> Result<bool> {
        let _ = name;
        todo!()
    }

    /// Makes sure that the delays exist; remembered, so that it costs nothing after the first time.
    pub(crate) async fn declare_delays(&self) -> Result<()> {
        todo!()
    }

    /// Makes sure that the queue for a queue's dead letters exists.
    pub(crate) async fn declare_dead_letters(&self, name: &QueueName) -> Result<()> {
        let _ = name;
        todo!()
    }

    /// Forgets what was declared: the broker said that something is gone.
    pub(crate) fn forget(&self) {
        todo!()
    }
}
