//! RabbitMQ behind the core's contract.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::event::Event;
use beehive_core::queue::{
    AttemptCounting, DeadLetters, EventQueue, Health, PublishError, QueueCapabilities, QueueKind,
    QueueName, Receipt, Receiver, ReceiverOptions,
};
use beehive_core::{Error, ErrorKind, Result};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use super::{Parts, announce};
use crate::config::{QueueType, RabbitConfig};
use crate::connection::Links;
use crate::dead_letters::RabbitDeadLetters;
use crate::publisher::Publisher;
use crate::receiver::RabbitReceiver;
use crate::topology::Topology;

/// A queue on RabbitMQ.
#[derive(Debug)]
pub struct RabbitQueue {
    parts: Arc<Parts>,
    dead_letters: RabbitDeadLetters,
    capabilities: QueueCapabilities,
}

impl RabbitQueue {
    /// Connects, and keeps connected until [`close`](Self::close) or drop.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] or [`ErrorKind::Denied`] if it can never work, and
    /// [`ErrorKind::Temporary`] if the broker cannot be reached now.
    pub async fn connect(config: RabbitConfig) -> Result<Self> {
        let config = Arc::new(config);
        let links = Links::open(Arc::clone(&config)).await?;
        let publisher = Publisher::start(links.publish(), &config);
        let topology = Topology::new(Arc::clone(links.control()), Arc::clone(&config));
        let capabilities = capabilities(&config);
        let parts = Arc::new(Parts {
            config,
            links,
            publisher,
            topology,
            endings: TaskTracker::new(),
        });
        Ok(Self {
            dead_letters: RabbitDeadLetters::new(Arc::clone(&parts)),
            parts,
            capabilities,
        })
    }

    /// Deletes every topic, subscription and simple queue that was declared through this object, with
    /// their events and dead letters. For tests, and for what is not to outlive its process.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] without the permission to configure, and temporary ones; what was
    /// deleted until then is gone.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the rest where it is.
    pub async fn delete_declared(&self) -> Result<()> {
        self.parts.topology.delete_declared().await
    }

    /// Deletes the delays of the namespace, and with them every event that waits in one, whoever
    /// published or deferred it. What goes on using the namespace declares them again.
    ///
    /// # Errors
    /// As [`delete_declared`](Self::delete_declared).
    ///
    /// # Cancel safety
    /// As [`delete_declared`](Self::delete_declared).
    pub async fn delete_delays(&self) -> Result<()> {
        self.parts.topology.delete_delays().await
    }

    /// Closes the connections. Leases that are held are lost, and their events delivered again.
    pub async fn close(&self) {
        // Those whose leases are still held are not waited for any longer.
        self.flush().await.ok();
        self.parts.links.close().await;
    }
}

fn capabilities(config: &RabbitConfig) -> QueueCapabilities {
    let mut capabilities = QueueCapabilities::full();
    capabilities.lease_max = Some(config.hold_max());
    capabilities.attempts = match config.queue_type {
        QueueType::Quorum => AttemptCounting::Deliveries,
        QueueType::Classic => AttemptCounting::Exact,
    };
    capabilities
}

#[async_trait]
impl EventQueue for RabbitQueue {
    fn capabilities(&self) -> &QueueCapabilities {
        &self.capabilities
    }

    fn health(&self) -> Health {
        self.parts.links.health()
    }

    async fn declare(&self, name: &QueueName) -> Result<()> {
        self.parts.topology.declare(name).await
    }

    async fn delete(&self, name: &QueueName) -> Result<()> {
        self.parts.topology.delete(name).await
    }

    async fn exists(&self, name: &QueueName) -> Result<bool> {
        self.parts.topology.exists(name).await
    }

    async fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError> {
        announce::publish(&self.parts, &self.capabilities.limits, events).await
    }

    async fn receiver(
        &self,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Box<dyn Receiver>> {
        let refused = |error: Error| error.with_operation("receive").with_context("queue", from);
        if from.kind() == QueueKind::Topic {
            return Err(refused(Error::new(
                ErrorKind::Invalid,
                "a topic cannot be read; read one of its subscriptions",
            )));
        }
        let hold_max = self.parts.config.hold_max();
        if options.lease() > hold_max {
            return Err(refused(
                Error::new(
                    ErrorKind::Limit,
                    "the broker takes an event back that is held longer; see consumer_timeout",
                )
                .with_context("longest lease", format!("{hold_max:?}")),
            ));
        }
        let receiver = RabbitReceiver::open(Arc::clone(&self.parts), from, options).await?;
        Ok(Box::new(receiver))
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        &self.dead_letters
    }

    async fn flush(&self) -> Result<()> {
        /// How long closed receivers may take to be done with the broker.
        const PATIENCE: Duration = Duration::from_secs(2);
        // From now on it is waited for those that close, which tell the broker everything first.
        self.parts.endings.close();
        let ended = timeout(PATIENCE, self.parts.endings.wait()).await;
        ended.map_err(|_| {
            Error::new(
                ErrorKind::Temporary,
                "leases of a closed receiver are still held, or the broker does not answer",
            )
            .with_operation("flush")
        })
    }
}
