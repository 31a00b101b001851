//! How a factory actor stops.

use futures_util::future::{join, join_all};

use super::ended::Ended;
use super::lock::lock;
use super::parts::Factory;
use crate::event::EventId;
use crate::queue::{Lease, QueueName};

/// The events an actor could not finish when its hive stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandedBack {
    /// The actor.
    pub actor: String,
    /// What it reads.
    pub queue: QueueName,
    /// The events that were handed back; they are available to others at once.
    pub events: Vec<EventId>,
    /// The events that could not be handed back, because their worker or the backend did not come
    /// back; they are redelivered when their leases expire.
    pub stuck: Vec<EventId>,
}

/// What was not finished so far.
#[derive(Debug, Default)]
pub(super) struct Unfinished {
    /// Handed back.
    pub(super) handed_back: Vec<EventId>,
    /// To be handed back; not done yet, or not possible.
    pub(super) kept: Vec<EventId>,
}

impl Factory {
    /// Stops reading and hands back what no worker took.
    ///
    /// # Cancel safety
    /// What is not handed back yet is reported as such.
    pub(crate) async fn close_intake(&self) {
        let (leases, closing) = self.intake.close().await;
        let ids = leases.iter().map(|lease| lease.event().id().clone());
        lock(&self.unfinished).kept.extend(ids);
        join(
            closing,
            join_all(leases.into_iter().map(|lease| self.hand_back(lease))),
        )
        .await;
    }

    async fn hand_back(&self, lease: Lease) {
        let id = lease.event().id().clone();
        let ended = Ended::handed_back(lease.attempt());
        self.conclude(lease, ended).await;
        let mut unfinished = lock(&self.unfinished);
        // Once for having been planned. If it could not be handed back it was kept twice.
        if let Some(place) = unfinished.kept.iter().position(|kept| *kept == id) {
            unfinished.kept.swap_remove(place);
        }
    }

    /// What could not be finished; `None` if nothing.
    pub(crate) fn handed_back(&self) -> Option<HandedBack> {
        let Unfinished { handed_back, kept } = std::mem::take(&mut *lock(&self.unfinished));
        let mut stuck = self.slots.in_work();
        stuck.extend(kept);
        (!handed_back.is_empty() || !stuck.is_empty()).then(|| HandedBack {
            actor: self.name.to_string(),
            queue: self.queue.clone(),
            events: handed_back,
            stuck,
        })
    }
}
