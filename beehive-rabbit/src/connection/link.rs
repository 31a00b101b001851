//! One connection that is rebuilt for as long as it is wanted.

use std::sync::Arc;
use std::time::Duration;

use beehive_core::Result;
use beehive_core::queue::Health;
use lapin::Channel;
use tokio_util::sync::CancellationToken;

use crate::config::RabbitConfig;

/// One connection that is rebuilt, with jittered backoff, for as long as it is wanted.
#[derive(Debug)]
pub(crate) struct Link {}

/// A connection while it lives.
#[derive(Debug)]
pub(crate) struct Live {}

impl Link {
    /// Starts the supervisor. `role` becomes part of the connection's name ("publish", "consume").
    pub(crate) fn open(config: &RabbitConfig, role: &'static str) -> Self {
        let _ = (config, role);
        todo!()
    }

    /// The connection, as soon as there is one.
    ///
    /// # Errors
    /// If there is none within `patience`: temporary, or `Denied`/`Configuration` when the last try
    /// failed for a reason that does not go away by itself (the supervisor still goes on trying).
    pub(crate) async fn live(&self, patience: Duration) -> Result<Arc<Live>> {
        let _ = patience;
        todo!()
    }

    /// Up, or why not; `Degraded` while the broker blocks it (memory or disk alarm).
    pub(crate) fn health(&self) -> Health {
        todo!()
    }

    /// Closes the connection and ends the supervisor.
    pub(crate) async fn close(&self) {}
}

impl Live {
    /// A new channel, within the operation time-out.
    pub(crate) async fn channel(&self) -> Result<Channel> {
        todo!()
    }

    /// Fires when this connection is gone (its successor is another `Live`).
    pub(crate) fn lost(&self) -> &CancellationToken {
        todo!()
    }

    /// Completes when the broker does not block this connection, or it is gone.
    pub(crate) async fn unblocked(&self) {
        todo!()
    }

    /// Whether the broker blocks it now.
    pub(crate) fn is_blocked(&self) -> bool {
        todo!()
    }
}
