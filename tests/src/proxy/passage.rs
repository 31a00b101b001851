//! What happens to bytes on their way.

use std::num::NonZeroUsize;
use std::time::Duration;

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the service.
    ToService,
    /// From the service to the client.
    ToClient,
}

impl Direction {
    /// Both of them.
    pub const BOTH: [Self; 2] = [Self::ToService, Self::ToClient];
}

/// What happens to the bytes of one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// They are passed on at once.
    Open,
    /// They are passed on so much later, in order.
    Delayed(Duration),
    /// They are passed on in pieces of this size with a pause after each.
    Sliced {
        /// The size of a piece in bytes.
        size: NonZeroUsize,
        /// How long the next piece waits.
        pause: Duration,
    },
    /// They are kept, and passed on when the direction is opened again, as after a cable was out for
    /// a while. Ends are kept as well.
    Stalled,
    /// They are taken and lost, and so is the end of a connection: nobody hears of anything. When
    /// the direction is opened again, connections that lost something are reset, since what would
    /// follow makes no sense.
    BlackHole,
}

impl Passage {
    /// Whether nothing gets through, not even the end of a connection.
    pub(super) fn is_shut(self) -> bool {
        matches!(self, Self::Stalled | Self::BlackHole)
    }
}
