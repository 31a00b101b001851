//! Declares and checks exchanges and queues.

use std::sync::Arc;
use std::time::Duration;

use beehive_core::queue::QueueName;
use beehive_core::{Error, ErrorKind, Result};
use tokio::sync::Mutex;
use tokio::time::sleep;

use super::channels::Channels;
use super::known::Known;
use super::step::Step;
use super::{Names, plan};
use crate::config::{RabbitConfig, TopologyMode};
use crate::connection::Link;

/// Declares and checks exchanges and queues, and remembers what it declared.
///
/// Every question has the operation time-out. All of it is idempotent: whoever dies in the middle is
/// followed by somebody who does it again.
#[derive(Debug)]
pub(crate) struct Topology {
    config: Arc<RabbitConfig>,
    names: Names,
    channels: Channels,
    known: Known,
    /// Held by who asks for the delays, so that a start with a hundred queues asks once.
    delays: Mutex<()>,
}

impl Topology {
    pub(crate) fn new(link: Arc<Link>, config: Arc<RabbitConfig>) -> Self {
        Self {
            names: Names::new(config.namespace.clone()),
            channels: Channels::new(link, config.operation_timeout),
            known: Known::default(),
            delays: Mutex::default(),
            config,
        }
    }

    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// As [`EventQueue::declare`](beehive_core::queue::EventQueue::declare). The broker is asked each
    /// time; for the delays, which come along with whatever can be read, only when they are not known
    /// to be there.
    ///
    /// # Errors
    /// `Conflict` if something exists with other properties, naming it, the argument and the way out;
    /// `NotFound` where it may only be checked and is missing; `Denied` without permission.
    pub(crate) async fn declare(&self, name: &QueueName) -> Result<()> {
        let steps = plan::of_name(&self.names, &self.config, name);
        self.let_consumers_go(name).await?;
        if name.is_readable() {
            self.declare_delays().await?;
        }
        let mut declared = self.ensure(&steps).await;
        if is_gone(&declared) && self.config.topology == TopologyMode::Declare {
            // What we took to be there, or have just made, was deleted.
            self.forget();
            if name.is_readable() {
                self.declare_delays().await?;
            }
            declared = self.ensure(&steps).await;
        }
        declared.map_err(|error| error.with_context("for", name))?;
        self.known.learn_name(name);
        Ok(())
    }

    /// If somebody deleted a queue, waits until its consumers know.
    ///
    /// # Errors
    /// Temporary ones.
    async fn let_consumers_go(&self, name: &QueueName) -> Result<()> {
        /// The broker tells them at once; its channels may be busy.
        const FAREWELL: Duration = Duration::from_millis(500);
        // RabbitMQ up to 3.13 may lose consumers whose queue is there again before they are told.
        if self.known.is_declared(name) && !self.exists(name).await? {
            sleep(FAREWELL).await;
        }
        Ok(())
    }

    /// As [`EventQueue::delete`](beehive_core::queue::EventQueue::delete), with the dead letters. With
    /// a topic those of its subscriptions are deleted that this process declared: AMQP has no question
    /// for what is bound to an exchange.
    ///
    /// # Errors
    /// `Denied` without permission.
    pub(crate) async fn delete(&self, name: &QueueName) -> Result<()> {
        let subscriptions = if name.is_readable() {
            Vec::new()
        } else {
            self.known.subscriptions(name.topic())
        };
        let steps = plan::of_deletion(&self.names, name, &subscriptions);
        let deleted = self.channels.ask("delete", &steps).await;
        deleted.map_err(|error| error.with_context("for", name))?;
        for gone in subscriptions.iter().chain([name]) {
            self.known.unlearn(gone);
        }
        Ok(())
    }

    /// Deletes every name that this process declared.
    ///
    /// # Errors
    /// `Denied` without permission; what was deleted until then is gone.
    pub(crate) async fn delete_declared(&self) -> Result<()> {
        for name in self.known.names() {
            self.delete(&name).await?;
        }
        Ok(())
    }

    /// Deletes the delays, and what waits in them.
    ///
    /// # Errors
    /// As [`delete_declared`](Self::delete_declared).
    pub(crate) async fn delete_delays(&self) -> Result<()> {
        let steps = plan::of_delays_deletion(&self.names);
        let deleted = self.channels.ask("delete", &steps).await;
        self.forget();
        deleted
    }

    /// As [`EventQueue::exists`](beehive_core::queue::EventQueue::exists).
    ///
    /// # Errors
    /// Temporary ones: then it is not known.
    pub(crate) async fn exists(&self, name: &QueueName) -> Result<bool> {
        let step = plan::of_existence(&self.names, name);
        let asked = self.channels.ask("exists", &[step]).await;
        if is_gone(&asked) {
            return Ok(false);
        }
        asked.map(|()| true)
    }

    /// Makes sure that the delays exist; remembered, so that it costs nothing after the first time.
    ///
    /// # Errors
    /// As [`declare`](Self::declare).
    pub(crate) async fn declare_delays(&self) -> Result<()> {
        if self.known.has_delays() {
            return Ok(());
        }
        // Whoever holds it asks the broker, and each question has a deadline.
        let _turn = self.delays.lock().await;
        if self.known.has_delays() {
            return Ok(());
        }
        let asked = self.known.generation();
        self.ensure(&plan::of_delays(&self.names)).await?;
        self.known.learn_delays(asked);
        Ok(())
    }

    /// Makes sure that the queue for a queue's dead letters exists; remembered.
    ///
    /// # Errors
    /// As [`declare`](Self::declare).
    pub(crate) async fn declare_dead_letters(&self, name: &QueueName) -> Result<()> {
        if self.known.has_dead_letters(name) {
            return Ok(());
        }
        let asked = self.known.generation();
        let step = plan::of_dead_letters(&self.names, &self.config, name);
        self.ensure(&[step]).await?;
        self.known.learn_dead_letters(asked, name);
        Ok(())
    }

    /// Forgets what was declared: the broker said that something is gone.
    pub(crate) fn forget(&self) {
        self.known.forget();
    }

    /// Makes all of this, or checks it.
    async fn ensure(&self, steps: &[Step]) -> Result<()> {
        match self.config.topology {
            TopologyMode::Declare => self.channels.ask("declare", steps).await,
            TopologyMode::Check => {
                let checks: Vec<_> = steps.iter().filter_map(Step::check).collect();
                self.channels.ask("check", &checks).await
            }
        }
    }
}

fn is_gone(asked: &Result<(), Error>) -> bool {
    asked
        .as_ref()
        .is_err_and(|error| error.kind() == ErrorKind::NotFound)
}
