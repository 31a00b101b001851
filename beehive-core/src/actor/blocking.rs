//! Actors that block, off the async executor.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::actor::{ActorError, ProcessorActor};
use crate::event::Event;

/// A business step that blocks: computes for long, or calls a library that waits.
///
/// Runs on a thread where blocking is allowed. Such a thread cannot be stopped from outside, so
/// look at [`Delivery::cancellation`](crate::event::Delivery::cancellation) now and then when it
/// takes long.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a blocking actor",
    note = "write `impl BlockingActor for {Self} {{ fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {{ … }} }}`",
    note = "or leave `blocking` out of `#[actor(…)]` and implement `ProcessorActor`"
)]
pub trait BlockingActor: Send + Sync + 'static {
    /// Processes one event.
    ///
    /// # Errors
    /// As [`ProcessorActor::process`].
    fn process(&self, event: Event) -> Result<Vec<Event>, ActorError>;
}

/// Makes a [`BlockingActor`] a [`ProcessorActor`].
///
/// ```
/// use beehive_core::actor::{Blocking, BlockingActor};
/// use beehive_core::prelude::*;
///
/// struct Digest;
///
/// impl BlockingActor for Digest {
///     fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
///         Ok(vec![Event::json("Digested", &event.data().len())?])
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ActorError> {
/// let actor = Blocking::new(Digest);
/// let follow_ups = actor.process(Event::new("Arrived", "text/plain", "abc")).await?;
/// assert_eq!(follow_ups[0].body::<u64>()?, 3);
/// # Ok(())
/// # }
/// ```
pub struct Blocking<A>(Arc<A>);

impl<A: BlockingActor> Blocking<A> {
    /// Runs this actor off the async executor.
    pub fn new(actor: A) -> Self {
        Self(Arc::new(actor))
    }
}

#[async_trait]
impl<A: BlockingActor> ProcessorActor for Blocking<A> {
    async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        let actor = Arc::clone(&self.0);
        match tokio::task::spawn_blocking(move || actor.process(event)).await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                // The factory actor catches panics, wherever they come from.
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(error) => Err(error.into()),
            },
        }
    }
}

impl<A> fmt::Debug for Blocking<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blocking<{}>", std::any::type_name::<A>())
    }
}
