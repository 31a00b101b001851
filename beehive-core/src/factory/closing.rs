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
    /// The events that an actor had begun on and that were handed back when the grace was over; they
    /// are available to others at once.
    pub interrupted: Vec<EventId>,
    /// The events that were fetched ahead and handed back before an actor began on them, which is
    /// how every busy hive stops.
    pub untouched: Vec<EventId>,
    /// The events that could not be handed back, because their worker or the backend did not come
    /// back; they are redelivered when their leases expire.
    pub stuck: Vec<EventId>,
}

/// What was not finished so far.
#[derive(Debug, Default)]
pub(super) struct Unfinished {
    /// Handed back in the middle of work.
    pub(super) handed_back: Vec<EventId>,
    /// Handed back before any work.
    untouched: Vec<EventId>,
    /// To be handed back; not done yet, or not possible.
    pub(super) kept: Vec<EventId>,
}

impl Factory {
    /// Has every worker stop that is free, or as soon as it is.
    pub(crate) fn shut(&self) {
        self.intake.shut();
    }

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
        if let Some(place) = unfinished.handed_back.iter().position(|back| *back == id) {
            unfinished.handed_back.swap_remove(place);
            unfinished.untouched.push(id);
        }
    }

    /// What could not be finished; `None` if nothing.
    pub(crate) fn handed_back(&self) -> Option<HandedBack> {
        let Unfinished {
            handed_back,
            untouched,
            kept,
        } = std::mem::take(&mut *lock(&self.unfinished));
        let mut stuck = self.slots.in_work();
        stuck.extend(kept);
        let nothing = handed_back.is_empty() && untouched.is_empty() && stuck.is_empty();
        (!nothing).then(|| HandedBack {
            actor: self.name.to_string(),
            queue: self.queue.clone(),
            interrupted: handed_back,
            untouched,
            stuck,
        })
    }
}
