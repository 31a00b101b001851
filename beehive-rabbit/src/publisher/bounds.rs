//! What bounds a lane.

use std::time::Duration;

/// What bounds a lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// The most messages that are sent together.
    pub(super) window: usize,
    /// How long to wait for a connection.
    pub(super) patience: Duration,
    /// How long to wait for one answer of the broker.
    pub(super) operation: Duration,
    /// How long to wait to be sent, and then for the confirms of a window.
    pub(super) confirm: Duration,
}
