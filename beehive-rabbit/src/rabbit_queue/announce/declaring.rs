//! Declares what events need on their way.

use std::collections::HashMap;

use beehive_core::queue::QueueName;
use beehive_core::{Error, ErrorKind, Result};
use lapin::types::ShortString;

use super::super::Parts;
use super::way::{Destination, Way};
use crate::config::TopologyMode;
use crate::topology::Names;

/// Whether a batch is published for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Try {
    First,
    /// Something was missing.
    Again,
}

/// Declares what the events of one batch need on their way, each thing once.
#[derive(Debug)]
pub(super) struct Declaring<'a> {
    parts: &'a Parts,
    attempt: Try,
    topics: Vec<ShortString>,
    /// Whether they exist.
    queues: HashMap<&'a QueueName, bool>,
}

impl<'a> Declaring<'a> {
    pub(super) fn new(parts: &'a Parts, attempt: Try) -> Self {
        Self {
            parts,
            attempt,
            topics: Vec::new(),
            queues: HashMap::new(),
        }
    }

    pub(super) fn names(&self) -> &'a Names {
        self.parts.topology.names()
    }

    /// Makes sure of what an event needs on its way, as far as it is not known to be there.
    ///
    /// # Errors
    /// If it is not there, and cannot be made.
    pub(super) async fn make_sure(&mut self, way: &Way<'a>) -> Result<()> {
        if way.is_delayed {
            self.parts.topology.declare_delays().await?;
        }
        match way.destination {
            Destination::Queue(queue) if way.is_delayed => self.check(queue).await,
            Destination::Topic(topic) if !way.is_delayed => {
                self.declare(topic, &way.exchange).await
            }
            // Publishing itself tells.
            Destination::Queue(_) | Destination::Topic(_) => Ok(()),
        }
    }

    /// Declares a topic that nothing was published to yet. Publishing would tell that it is missing,
    /// but the broker closes the channel to tell so.
    async fn declare(&mut self, topic: &str, exchange: &ShortString) -> Result<()> {
        let parts = self.parts;
        if parts.config.topology == TopologyMode::Check
            || parts.publisher.has_reached(exchange)
            || self.topics.contains(exchange)
        {
            return Ok(());
        }
        let declared = parts.topology.declare(&QueueName::of_topic(topic)?).await;
        self.topics.push(exchange.clone());
        match declared {
            Err(error) if self.attempt == Try::Again || error.kind() == ErrorKind::Conflict => {
                Err(error)
            }
            // Who may not declare it may publish to it nevertheless, and that tells whether it is there.
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Checks that a simple queue exists: behind the delays nobody would tell.
    async fn check(&mut self, queue: &'a QueueName) -> Result<()> {
        let exists = match self.queues.get(queue) {
            Some(exists) => *exists,
            None => self.parts.topology.exists(queue).await?,
        };
        self.queues.insert(queue, exists);
        if exists {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::NotFound,
            "there is no such queue; declare it first",
        )
        .with_operation("publish")
        .with_context("queue", queue))
    }
}
