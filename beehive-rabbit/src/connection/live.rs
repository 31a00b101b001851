//! A connection while it lives.

use std::fmt;
use std::time::Duration;

use beehive_core::Result;
use lapin::{Channel, Connection};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::dial::Dialled;
use super::socket::Socket;
use crate::error::{converted, unanswered};

/// How long the broker may take to say good-bye.
pub(super) const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// A connection while it lives. Whoever holds it longer holds a dead one.
pub(crate) struct Live {
    // Dropped first: the driver then tells the broker, if it still can.
    connection: Connection,
    socket: Socket,
    lost: CancellationToken,
    /// Why the broker blocks it, if it does.
    blocked: watch::Sender<Option<String>>,
    operation_timeout: Duration,
}

impl Live {
    pub(super) fn new(dialled: Dialled, operation_timeout: Duration) -> Self {
        Self {
            connection: dialled.connection,
            socket: dialled.socket,
            lost: CancellationToken::new(),
            blocked: watch::Sender::new(None),
            operation_timeout,
        }
    }

    /// A new channel, within the operation time-out.
    ///
    /// # Errors
    /// Temporary ones of the connection, and [`Limit`](beehive_core::ErrorKind::Limit) if the broker
    /// allows no more channels.
    ///
    /// # Cancel safety
    /// A channel that was made for nobody is closed by the driver.
    pub(crate) async fn channel(&self) -> Result<Channel> {
        const OPERATION: &str = "open channel";
        let create = timeout(self.operation_timeout, self.connection.create_channel());
        tokio::select! {
            channel = create => channel
                .map_err(|_| unanswered(OPERATION))?
                .map_err(|error| converted(OPERATION, error)),
            () = self.lost.cancelled() => Err(unanswered(OPERATION)),
        }
    }

    /// Fires when this connection is gone (its successor is another `Live`).
    pub(crate) fn lost(&self) -> &CancellationToken {
        &self.lost
    }

    /// Completes when the broker does not block this connection, or it is gone.
    pub(crate) async fn unblocked(&self) {
        let mut blocked = self.blocked.subscribe();
        tokio::select! {
            // Cannot fail: the sender is ours.
            _ = blocked.wait_for(Option::is_none) => {}
            () = self.lost.cancelled() => {}
        }
    }

    /// Whether the broker blocks it now.
    pub(crate) fn is_blocked(&self) -> bool {
        self.blocked.borrow().is_some()
    }

    /// Why the broker blocks it, if it does.
    pub(super) fn blocked_because(&self) -> Option<String> {
        self.blocked.borrow().clone()
    }

    /// Notes that the broker blocks it, or no longer; whether that is news.
    pub(super) fn note_blocked(&self, because: Option<String>) -> bool {
        self.blocked.send_if_modified(|blocked| {
            let news = blocked.is_some() != because.is_some();
            if news {
                *blocked = because;
            }
            news
        })
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Says good-bye to the broker if it listens, and ends the connection in any case.
    pub(super) async fn bury(&self) {
        if self.connection.status().connected() {
            // Whether it listened does not matter: the connection ends either way.
            timeout(CLOSE_TIMEOUT, self.connection.close(200, "bye".into()))
                .await
                .ok();
        }
        self.socket.cut();
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live")
            .field("lost", &self.lost.is_cancelled())
            .field("blocked", &self.blocked_because())
            .finish_non_exhaustive()
    }
}
