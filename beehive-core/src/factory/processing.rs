//! Runs the actor once, guarded.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio::time::Instant;
use tracing::{Instrument as _, info_span};

use super::disposition::Ending;
use super::follow_ups::undeclared;
use super::lease_keeper::{Interruption, LeaseKeeper};
use super::worker::Factory;
use crate::actor::{ActorError, FailureClass};
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

    pub(super) fn interrupted(interruption: Interruption, work: &str) -> Self {
        match interruption {
            Interruption::LeaseLost => Self::new(Ending::LeaseLost, "the lease was lost"),
            Interruption::GraceOver => Self::new(Ending::GraceOver, "the hive stopped"),
            Interruption::OutOfTime => Self::new(
                Ending::Failed(FailureClass::Retry),
                format!("{work} took too long and was stopped"),
            ),
        }
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
    /// are failures like any other. `until` is the end of its time.
    pub(super) async fn process(
        &self,
        lease: &mut Lease,
        attempt: u32,
        until: Instant,
        keeper: &LeaseKeeper,
    ) -> Result<Vec<Event>, Failure> {
        let delivery = Delivery::new(attempt, until, Arc::clone(&self.codecs));
        let event = lease.event().clone().with_delivery(delivery.clone());
        let span = info_span!(
            "process",
            actor = %self.name,
            queue = %self.queue,
            event = %event.id(),
            correlation = %event.correlation_id(),
            attempt,
        );
        let call = AssertUnwindSafe(self.callee.call(event).instrument(span)).catch_unwind();
        let call = pin!(call);
        let cancel = || delivery.cancellation().cancel();
        let answered = match keeper
            .keep(lease, || until, &self.grace, cancel, call)
            .await
        {
            Ok(Ok(Ok(answered))) => answered,
            Ok(Ok(Err(error))) => return Err(error.into()),
            Ok(Err(panic)) => {
                return Err(Failure::new(
                    Ending::Failed(FailureClass::Retry),
                    format!("the actor panicked: {}", panic_message(&*panic)),
                ));
            }
            Err(interruption) => return Err(Failure::interrupted(interruption, "the actor")),
        };
        self.check_declared(&answered)?;
        Ok(answered)
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
            self.warn_undeclared(event_type);
        }
        Ok(())
    }
}

pub(super) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}
