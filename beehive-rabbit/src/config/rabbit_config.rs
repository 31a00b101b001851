//! The configuration, with its defaults.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use beehive_core::Result;
use lapin::uri::AMQPUri;

use super::Namespace;

/// How queues are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueType {
    /// Replicated by Raft; counts deliveries.
    #[default]
    Quorum,
    /// On one node.
    Classic,
}

/// Whether exchanges and queues are made, or only looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TopologyMode {
    /// What is missing is declared.
    #[default]
    Declare,
    /// What is missing is an error; no configure permission is needed.
    Check,
}

/// How to reach the broker, and how to use it.
#[derive(Clone)]
pub struct RabbitConfig {
    pub(crate) uri: AMQPUri,
    pub(crate) namespace: Namespace,
    pub(crate) queue_type: QueueType,
    pub(crate) topology: TopologyMode,
    pub(crate) delivery_limit: NonZeroU32,
    pub(crate) heartbeat: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) operation_timeout: Duration,
    pub(crate) confirm_timeout: Duration,
    pub(crate) consumer_timeout: Duration,
    pub(crate) publish_lanes: NonZeroUsize,
    pub(crate) publish_window: NonZeroUsize,
    pub(crate) connection_name: String,
}

impl RabbitConfig {
    /// A configuration with this URL and the defaults.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](beehive_core::ErrorKind::Configuration) if it is not one.
    pub fn from_url(url: &str) -> Result<Self> {
        let uri = url.parse::<AMQPUri>().map_err(|message| {
            beehive_core::Error::new(beehive_core::ErrorKind::Configuration, message)
        })?;
        Ok(Self {
            uri,
            namespace: Namespace::default(),
            queue_type: QueueType::default(),
            topology: TopologyMode::default(),
            delivery_limit: NonZeroU32::MIN.saturating_add(999),
            heartbeat: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(10),
            operation_timeout: Duration::from_secs(10),
            confirm_timeout: Duration::from_secs(15),
            consumer_timeout: Duration::from_mins(30),
            publish_lanes: NonZeroUsize::MIN.saturating_add(3),
            publish_window: NonZeroUsize::MIN.saturating_add(63),
            connection_name: "beehive".into(),
        })
    }

    /// The prefix of all exchanges and queues.
    #[must_use]
    pub fn with_namespace(mut self, namespace: Namespace) -> Self {
        self.namespace = namespace;
        self
    }

    /// How long a delivery may be held at most: half of the broker's consumer time-out.
    pub(crate) fn hold_max(&self) -> Duration {
        self.consumer_timeout / 2
    }
}

impl std::fmt::Debug for RabbitConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RabbitConfig")
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}
