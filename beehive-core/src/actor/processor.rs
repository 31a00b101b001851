//! The trait of every business step.

use async_trait::async_trait;

use crate::actor::ActorError;
use crate::event::Event;

/// One business step: takes one event, does one thing, and answers with the events that follow.
///
/// An actor knows the topic it reads and the events it may announce, nothing about who consumes
/// them. It keeps no state of its own; state lives in stores. It runs at least once per event, so
/// what it does must bear repetition: write with preconditions, charge under an idempotency key,
/// change counters under an operation id. The events it returns are published, and confirmed,
/// before the event it took is committed.
///
/// ```
/// use beehive_core::prelude::*;
///
/// #[derive(Debug)]
/// struct Greet;
///
/// #[async_trait]
/// impl ProcessorActor for Greet {
///     async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
///         let name: String = event.body()?;
///         Ok(vec![Event::json("Greeted", &format!("hello {name}"))?])
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a processor actor",
    label = "this does not implement `ProcessorActor`",
    note = "write `#[async_trait] impl ProcessorActor for {Self} {{ async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {{ … }} }}`",
    note = "an actor that blocks implements `BlockingActor` and says `blocking` in `#[actor(…)]`"
)]
#[async_trait]
pub trait ProcessorActor: Send + Sync + 'static {
    /// Processes one event.
    ///
    /// # Errors
    /// Any error through `?` is retried: at once, then later, at last the event goes to the dead
    /// letters. See [`ActorError`] for errors that are not.
    ///
    /// # Cancel safety
    /// The future is dropped at an `await` when the lease is lost, the time is over, or the hive's
    /// grace ends. What it had done until then is done again with the next delivery.
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError>;
}
