//! The way of one process to its services.

use std::sync::Arc;

use beehive_tests::proxy::Proxy;

use super::environment::Environment;

/// What one process sees of the services: a network to the queue of its own.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    queue: Arc<Proxy>,
    environment: Environment,
}

impl Door {
    pub(super) fn new(queue: Proxy, environment: Environment) -> Self {
        Self {
            queue: Arc::new(queue),
            environment,
        }
    }

    /// What stands between the process and the queue.
    pub(crate) fn queue(&self) -> &Proxy {
        &self.queue
    }

    /// What leads a process through this door.
    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }
}
