//! All connections of one queue: publishing and consuming apart.

use std::sync::Arc;

use beehive_core::Result;
use beehive_core::queue::Health;

use super::Link;
use crate::config::RabbitConfig;

/// All connections of one queue. The broker blocks those that publish when it is short of memory or
/// disk; acks must go on meanwhile, so consuming has connections of its own.
#[derive(Debug)]
pub(crate) struct Links {}

impl Links {
    /// Opens the publishing and the first consuming connection, and waits for both.
    ///
    /// # Errors
    /// If either cannot be made within the connect time-out: what the broker or the network said.
    pub(crate) async fn open(config: Arc<RabbitConfig>) -> Result<Self> {
        let _ = config;
        todo!()
    }

    /// Where everything is published, and nothing else is done.
    pub(crate) fn publish(&self) -> &Arc<Link> {
        todo!()
    }

    /// For the topology and for looking into queues: one that never publishes, so that an alarm does
    /// not block it.
    pub(crate) fn control(&self) -> &Arc<Link> {
        todo!()
    }

    /// A consuming connection with room for one more channel. A hive with thousands of
    /// subscriptions needs several, since the broker limits the channels of each.
    pub(crate) fn consume(&self) -> Arc<Link> {
        todo!()
    }

    /// The worst of them.
    pub(crate) fn health(&self) -> Health {
        todo!()
    }

    pub(crate) async fn close(&self) {}
}
