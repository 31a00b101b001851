//! What a supervisor knows of its connection.

use std::sync::Arc;

use beehive_core::{Error, ErrorKind};
use tokio::time::Instant;

use super::Live;
use super::cause::Cause;

/// What a supervisor knows of its connection.
#[derive(Clone, Debug)]
pub(super) enum State {
    /// There is none now.
    Down(Down),
    /// There is one.
    Up(Arc<Live>),
    /// There will be none any more.
    Closed,
}

/// What is known while there is no connection.
#[derive(Clone, Debug)]
pub(super) struct Down {
    pub(super) since: Instant,
    /// How many tries failed since then.
    pub(super) tries: usize,
    /// Why there is none, if it was tried or lost.
    pub(super) cause: Option<Arc<Cause>>,
}

impl Down {
    /// From now on, for this reason.
    pub(super) fn now(cause: Option<Cause>) -> Self {
        Self {
            since: Instant::now(),
            tries: 0,
            cause: cause.map(Arc::new),
        }
    }

    /// After one more try that failed.
    pub(super) fn after(&self, cause: Cause) -> Self {
        Self {
            since: self.since,
            tries: self.tries + 1,
            cause: Some(Arc::new(cause)),
        }
    }

    /// The error for whoever waited in vain.
    pub(super) fn error(&self) -> Error {
        let error = match &self.cause {
            Some(cause) => cause.error(),
            None => Error::new(
                ErrorKind::Temporary,
                "there is no connection to the broker yet",
            ),
        };
        error.with_operation("connect")
    }
}

/// The error for whoever comes after the end.
pub(super) fn closed() -> Error {
    Error::new(ErrorKind::Temporary, "the queue was closed")
        .permanent()
        .with_operation("connect")
}
