//! Where events and state live.

use std::sync::Arc;

use beehive_core::{
    prelude::{EventQueue, MemoryQueue, Stores},
    queue::QueueName,
};
use beehive_rabbit::{RabbitConfig, RabbitQueue};
use tracing::warn;

use crate::{
    cli::{BackendKind, Namespace},
    error::Error,
};

/// A queue and stores: all that the shop needs to know of a backend.
#[derive(Clone, Debug)]
pub struct Backend {
    /// The queue.
    pub queue: Arc<dyn EventQueue>,
    /// The stores.
    pub stores: Stores,
    /// What is to be removed when the run is over: its state ends with this process.
    passing: Option<Arc<RabbitQueue>>,
}

/// Whether a run is the work of one process.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sharing {
    /// Everything in this one.
    OneProcess,
    /// Customers, workers and auditors, each in its own.
    ManyProcesses,
}

impl Backend {
    /// A backend of this queue and these stores.
    pub fn new(queue: impl EventQueue, stores: Stores) -> Self {
        Self {
            queue: Arc::new(queue),
            stores,
            passing: None,
        }
    }

    /// The memory of this process.
    pub fn memory() -> Self {
        Self::new(MemoryQueue::default(), Stores::memory())
    }

    /// Opens the backend someone asked for. Its queues and tables are apart from those of every
    /// other namespace.
    ///
    /// # Errors
    /// When it cannot be reached, or is still to be written.
    pub async fn open(
        kind: BackendKind,
        namespace: &Namespace,
        sharing: Sharing,
    ) -> Result<Self, Error> {
        match (kind, sharing) {
            // Nobody else sees this process's memory, which is all a namespace is for.
            (BackendKind::Memory, _) => Ok(Self::memory()),
            (BackendKind::Cloud, Sharing::OneProcess) => Self::rabbit(namespace).await,
            (BackendKind::Cloud, Sharing::ManyProcesses) => Err(Error::NotShared),
            (BackendKind::Aws, _) => Err(Error::NotYet("aws")),
        }
    }

    /// Events on RabbitMQ, state in this process.
    ///
    /// The queues have a namespace that no other run has: events that an earlier one left behind
    /// would speak of orders that nobody knows any more.
    async fn rabbit(namespace: &Namespace) -> Result<Self, Error> {
        let run = fastrand::u16(..);
        let namespace = format!("{namespace}-{run:04x}");
        let config = RabbitConfig::from_env()?.with_namespace(namespace.parse()?);
        let queue = Arc::new(RabbitQueue::connect(config).await?);
        Ok(Self {
            queue: Arc::<RabbitQueue>::clone(&queue),
            stores: Stores::memory(),
            passing: Some(queue),
        })
    }

    /// Removes what is of no use after this process, and closes the connections.
    pub async fn close(&self) {
        let Some(queue) = &self.passing else { return };
        for deleted in [queue.delete_declared().await, queue.delete_delays().await] {
            if let Err(error) = deleted {
                warn!(%error, "the queues of this run are left on the broker");
            }
        }
        queue.close().await;
    }

    /// How many events of these queues were given up; a queue that is not there has none.
    ///
    /// # Errors
    /// When the queue cannot be asked.
    pub async fn dead_letters<'a>(
        &self,
        queues: impl IntoIterator<Item = &'a QueueName> + Send,
    ) -> Result<u64, Error> {
        let mut count = 0;
        for name in queues.into_iter().collect::<Vec<_>>() {
            match self.queue.dead_letters().count(name).await {
                Ok(found) => count += found,
                Err(error) if error.kind() == beehive_core::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(count)
    }
}
