//! What the proxy was told to do, as its connections see it.

use tokio::sync::watch;

use super::counts::Counts;
use super::passage::{Direction, Passage};

/// The proxy's orders and its counts; every change wakes the connections.
#[derive(Debug)]
pub(super) struct Faults {
    to_service: watch::Sender<Passage>,
    to_client: watch::Sender<Passage>,
    /// How often all connections were reset.
    resets: watch::Sender<u64>,
    pub(super) counts: watch::Sender<Counts>,
}

impl Faults {
    pub(super) fn none() -> Self {
        Self {
            to_service: watch::Sender::new(Passage::Open),
            to_client: watch::Sender::new(Passage::Open),
            resets: watch::Sender::new(0),
            counts: watch::Sender::new(Counts::default()),
        }
    }

    pub(super) fn set(&self, direction: Direction, passage: Passage) {
        self.sender(direction).send_replace(passage);
    }

    pub(super) fn passage(&self, direction: Direction) -> watch::Receiver<Passage> {
        self.sender(direction).subscribe()
    }

    pub(super) fn reset(&self) {
        self.resets.send_modify(|resets| *resets += 1);
    }

    /// Sees the resets from now on.
    pub(super) fn resets(&self) -> watch::Receiver<u64> {
        self.resets.subscribe()
    }

    fn sender(&self, direction: Direction) -> &watch::Sender<Passage> {
        match direction {
            Direction::ToService => &self.to_service,
            Direction::ToClient => &self.to_client,
        }
    }
}
