//! How many events there are, and a sign when that changes.

use std::ops::AddAssign;

use tokio::sync::watch;

/// How many events a queue, or all queues of a broker, hold, by where they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Can be received now.
    pub waiting: usize,
    /// Are held under a lease.
    pub leased: usize,
    /// Can be received later: deferred, or published with a delay.
    pub delayed: usize,
    /// Were given up.
    pub dead_lettered: usize,
}

impl Census {
    /// Whether nothing is left to do: no event is waiting, leased or delayed.
    pub fn is_idle(&self) -> bool {
        self.waiting == 0 && self.leased == 0 && self.delayed == 0
    }
}

impl AddAssign for Census {
    fn add_assign(&mut self, other: Self) {
        self.waiting += other.waiting;
        self.leased += other.leased;
        self.delayed += other.delayed;
        self.dead_lettered += other.dead_lettered;
    }
}

/// Tells that events were published or settled since it was last asked.
///
/// Got from [`MemoryQueue::activity`](super::MemoryQueue::activity). Take it before the first
/// [`census`](super::MemoryQueue::census), and no change is missed.
#[derive(Debug)]
pub struct Activity {
    receiver: watch::Receiver<()>,
}

impl Activity {
    pub(super) fn new(receiver: watch::Receiver<()>) -> Self {
        Self { receiver }
    }

    /// Waits until an event was published, redriven or settled since the last call; several changes
    /// are one. Never returns once the queue is gone.
    ///
    /// # Cancel safety
    /// Dropping the future loses no change.
    pub async fn changed(&mut self) {
        if self.receiver.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
