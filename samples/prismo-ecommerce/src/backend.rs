//! Where events and state live.

use std::sync::Arc;

use beehive_core::{
    prelude::{EventQueue, MemoryQueue, Stores},
    queue::QueueName,
};

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
}

impl Backend {
    /// A backend of this queue and these stores.
    pub fn new(queue: impl EventQueue, stores: Stores) -> Self {
        Self {
            queue: Arc::new(queue),
            stores,
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
    pub fn open(kind: BackendKind, _namespace: &Namespace) -> Result<Self, Error> {
        match kind {
            // Nobody else sees this process's memory, which is all a namespace is for.
            BackendKind::Memory => Ok(Self::memory()),
            BackendKind::Cloud => Err(Error::NotYet("cloud")),
            BackendKind::Aws => Err(Error::NotYet("aws")),
        }
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
