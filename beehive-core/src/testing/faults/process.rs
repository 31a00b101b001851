//! One played process: what it sees of queue and stores, and its death.

use std::sync::Arc;

use super::injector::Injector;
use super::life::Life;
use super::queue::FaultyQueue;
use super::{FaultLog, FaultPlan, stores};
use crate::queue::EventQueue;
use crate::store::Stores;

/// Plays one process among faults: gives it a queue and stores that fail as its plan says.
///
/// Every wrapper has dice of its own, thrown in the order of its operations, and there is no global
/// state. So on one thread with a paused clock the same seed gives the same faults, as long as the
/// program itself does the same: choose the ids of root events with
/// [`Event::with_id`](crate::Event::with_id), and seed the generator that the framework draws its
/// jitter from with `fastrand::seed`.
///
/// ```
/// use beehive_core::prelude::*;
/// use beehive_core::testing::{Fault, FaultPlan, Faults};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let broker = MemoryQueue::default();
/// broker.declare(&"OrderAccepted-Payment".parse()?).await?;
/// let faults = Faults::new(FaultPlan::none().with(Fault::ConfirmLost, 1.0));
///
/// let queue = faults.queue(broker.clone());
/// let event = Event::new("OrderAccepted", "text/plain", "two bees");
/// assert!(queue.push(event).await.unwrap_err().is_temporary());
/// assert_eq!(broker.census().waiting, 1, "it is there nevertheless");
/// assert_eq!(faults.log().count(Fault::ConfirmLost), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Faults {
    plan: FaultPlan,
    log: FaultLog,
    life: Arc<Life>,
}

impl Faults {
    /// A process that is alive, and what befalls it.
    #[must_use]
    pub fn new(plan: FaultPlan) -> Self {
        Self::logged(plan, FaultLog::default())
    }

    /// Counts its faults in this log, which others count in too.
    #[must_use]
    pub fn logged(plan: FaultPlan, log: FaultLog) -> Self {
        Self {
            plan,
            log,
            life: Arc::default(),
        }
    }

    /// The queue as this process sees it.
    #[must_use]
    pub fn queue(&self, queue: impl EventQueue) -> FaultyQueue {
        FaultyQueue::new(Arc::new(queue), Arc::new(self.injector("queue")))
    }

    /// The stores as this process sees them.
    #[must_use]
    pub fn stores(&self, stores: &Stores) -> Stores {
        stores::faulty(stores, |store| Arc::new(self.injector(store)))
    }

    /// The plan.
    pub fn plan(&self) -> &FaultPlan {
        &self.plan
    }

    /// What struck so far.
    pub fn log(&self) -> &FaultLog {
        &self.log
    }

    /// Lets no more faults happen, so that a run can end.
    pub fn calm(&self) {
        self.life.calm_down();
    }

    /// The process dies: no operation of its queue and stores ever returns or has an effect again,
    /// as if it were gone. Drop its hive as well, so that actors which do not use them stop too;
    /// what it held under lease is redelivered when that expires. Then start another on the same
    /// queue and stores, with other [`Faults`].
    pub fn crash(&self) {
        self.life.end();
    }

    /// Waits until the process dies, by [`crash`](Self::crash) or by
    /// [`Fault::Crash`](super::Fault::Crash).
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn crashed(&self) {
        self.life.ended().await;
    }

    /// Whether the process is dead.
    pub fn is_crashed(&self) -> bool {
        self.life.is_ended()
    }

    fn injector(&self, wrapper: &str) -> Injector {
        Injector::new(self.plan, self.log.clone(), Arc::clone(&self.life), wrapper)
    }
}
