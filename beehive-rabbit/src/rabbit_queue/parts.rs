//! What everything in one queue shares.

use std::sync::Arc;

use tokio_util::task::TaskTracker;

use crate::config::RabbitConfig;
use crate::connection::Links;
use crate::publisher::Publisher;
use crate::topology::Topology;

/// What the receivers, leases and dead letters of one queue share.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) config: Arc<RabbitConfig>,
    pub(crate) links: Links,
    pub(crate) publisher: Publisher,
    pub(crate) topology: Topology,
    /// Closed receivers that are not yet done with the broker.
    pub(crate) endings: TaskTracker,
}
