//! Runs the actor once, guarded.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio::time::Instant;
use tracing::{Instrument as _, info_span, warn};

use super::answer::panic_message;
use super::disposition::Ending;
use super::follow_ups::undeclared;
use super::lease_keeper::{Interruption, LeaseKeeper};
use super::parts::Factory;
use super::slots::Slot;
use crate::actor::{ActorError, FailureClass, Ready};
use crate::error::chain;
use crate::event::{Delivery, Event};
use crate::queue::Lease;

/// How an attempt ended, and what is to be said about it.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) ending: Ending,
    /// The error and its causes, outermost first.
    pub(super) errors: Vec<String>,
}

impl Failure {
    pub(super) fn new(ending: Ending, error: impl Into<String>) -> Self {
        Self {
            ending,
            errors: vec![error.into()],
        }
    }

    pub(super) fn of(ending: Ending, error: &(dyn std::error::Error + 'static)) -> Self {
        Self {
            ending,
            errors: chain(error).map(ToString::to_string).collect(),
        }
    }

    /// What failed was nothing that the actor had begun.
    pub(super) fn before_the_actor(self) -> Self {
        match self.ending {
            Ending::NotConfirmed => Self {
                ending: Ending::NotBegun,
                ..self
            },
            _ => self,
        }
    }

    pub(super) fn interrupted(interruption: Interruption, work: &str) -> Self {
        match interruption {
            Interruption::LeaseLost => Self::new(Ending::LeaseLost, "the lease was lost"),
            Interruption::GraceOver => Self::new(Ending::GraceOver, "the hive stopped"),
            Interruption::NotRenewed => Self::new(
                Ending::NotConfirmed,
                "the lease could not be renewed for longer",
            ),
            Interruption::OutOfTime => Self::new(
                Ending::Failed(FailureClass::Retry),
                format!("{work} took too long and was stopped"),
            ),
        }
    }

    fn panicked(panic: &(dyn Any + Send)) -> Self {
        Self::new(
            Ending::Failed(FailureClass::Retry),
            format!("the actor panicked: {}", panic_message(panic)),
        )
    }
}

impl From<ActorError> for Failure {
    fn from(error: ActorError) -> Self {
        Self {
            ending: Ending::Failed(error.class()),
            errors: error.lines(),
        }
    }
}

impl Factory {
    /// Runs the actor on the event while the lease is kept. A panic, a time-out and a lost lease
    /// are failures like any other. `until` is the end of its time, unless it waits for layers first.
    pub(super) async fn process(
        &self,
        slot: &Slot,
        lease: &mut Lease,
        attempt: u32,
        mut until: Instant,
        keeper: &LeaseKeeper,
    ) -> Result<Vec<Event>, Failure> {
        let ready = if let Some(ready) = self.callee.straight() {
            ready
        } else {
            // Boxed, since most actors have none and it would be moved about with all the rest.
            let ready = Box::pin(self.await_layers(slot, lease, keeper)).await?;
            until = Instant::now() + self.settings.timeout();
            ready
        };
        until = until.min(keeper.hold_until());
        self.slots.expect_by(slot, until);
        let delivery = Delivery::new(self.queue.clone(), attempt, until, Arc::clone(&self.codecs));
        let event = lease.event().clone().with_delivery(delivery.clone());
        let span = info_span!(
            "process",
            actor = %self.name,
            queue = %self.queue,
            event = %event.id(),
            correlation = %event.correlation_id(),
            attempt,
        );
        let call = pin!(AssertUnwindSafe(ready.call(event).instrument(span)).catch_unwind());
        let cancel = || delivery.cancellation().cancel();
        let answered = match keeper
            .keep(lease, || until, &self.grace, cancel, call)
            .await
        {
            Ok(Ok(Ok(answered))) => answered,
            Ok(Ok(Err(error))) => return Err(error.into()),
            Ok(Err(panic)) => return Err(Failure::panicked(&*panic)),
            Err(interruption) => return Err(Failure::interrupted(interruption, "the actor")),
        };
        self.check_declared(&answered)?;
        Ok(answered)
    }

    /// Waits until the layers let another call through. That is not the actor's time: a limit that
    /// holds events back is no reason to give them up.
    async fn await_layers(
        &self,
        slot: &Slot,
        lease: &mut Lease,
        keeper: &LeaseKeeper,
    ) -> Result<Ready<'_>, Failure> {
        let until = keeper.hold_until();
        self.slots.expect_by(slot, until);
        let ready = pin!(AssertUnwindSafe(self.callee.ready()).catch_unwind());
        match keeper
            .keep(lease, || until, &self.grace, || {}, ready)
            .await
        {
            Ok(Ok(Ok(ready))) => Ok(ready),
            Ok(Ok(Err(error))) => Err(error.into()),
            Ok(Err(panic)) => Err(Failure::panicked(&*panic)),
            Err(Interruption::OutOfTime) => Err(Failure::new(
                Ending::NotBegun,
                "the layers let no call through for as long as the event may be held",
            )),
            Err(other) => Err(Failure::interrupted(other, "the layers").before_the_actor()),
        }
    }

    /// An actor that announces what it does not declare makes the workflow graph lie.
    fn check_declared(&self, answered: &[Event]) -> Result<(), Failure> {
        for event_type in undeclared(answered, &self.emits) {
            if self.strictness.is_strict() {
                return Err(Failure::new(
                    Ending::Undeclared,
                    format!(
                        "the actor announced `{event_type}`, which it does not declare; add it to \
                         `emits(…)`"
                    ),
                ));
            }
            if self.undeclared.is_first(event_type) {
                warn!(
                    actor = %self.name, event_type,
                    "the actor announces what it does not declare; add it to `emits(…)`"
                );
            }
        }
        Ok(())
    }
}
