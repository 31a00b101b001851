//! What the arguments and the answers of a function actor may be.

use crate::actor::ActorError;
use crate::error::Result;
use crate::event::{Event, EventBody};

/// What a function actor can take as its first argument: the event, or its typed body.
///
/// A typed body says which type of events the actor knows: [`EventBody::TYPE`], and the one its topic
/// or simple queue is named after. An event of another type is not read, though its body may look
/// alike; it goes to the dead letters as of an [unknown type](crate::queue::DeadLetterReason::UnknownType).
/// An actor that takes the event itself knows what it says it knows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event or the body of one",
    note = "the first argument of an actor is `Event`, or a type with `#[derive(Serialize, Deserialize, EventBody)]`"
)]
pub trait FromEvent: Sized {
    /// Reads it from the event.
    ///
    /// # Errors
    /// [`ErrorKind::Undecodable`](crate::ErrorKind::Undecodable) if the body is not such a value;
    /// [`ErrorKind::UnknownType`](crate::ErrorKind::UnknownType) if the event is of another type.
    fn from_event(event: &Event) -> Result<Self>;
}

impl FromEvent for Event {
    fn from_event(event: &Event) -> Result<Self> {
        Ok(event.clone())
    }
}

impl<T: EventBody> FromEvent for T {
    fn from_event(event: &Event) -> Result<Self> {
        event.typed_body()
    }
}

/// What a function actor can answer: no event, one, perhaps one, or several.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be answered by an actor",
    note = "answer with `Result<Vec<Event>, ActorError>`, or with `Event`, `Option<Event>`, `[Event; N]` or `()` in place of the `Vec`; `Event::of(&body)?` makes an event of a body"
)]
pub trait IntoEvents {
    /// The events, in the order in which they are published.
    fn into_events(self) -> Vec<Event>;
}

impl IntoEvents for () {
    fn into_events(self) -> Vec<Event> {
        Vec::new()
    }
}

impl IntoEvents for Event {
    fn into_events(self) -> Vec<Event> {
        vec![self]
    }
}

impl IntoEvents for Option<Event> {
    fn into_events(self) -> Vec<Event> {
        self.into_iter().collect()
    }
}

impl IntoEvents for Vec<Event> {
    fn into_events(self) -> Vec<Event> {
        self
    }
}

impl<const N: usize> IntoEvents for [Event; N] {
    fn into_events(self) -> Vec<Event> {
        self.into()
    }
}

/// What a function actor returns: the events that follow, or an error that says why there are none.
#[diagnostic::on_unimplemented(
    message = "an actor cannot return `{Self}`: it answers with events or with an error",
    note = "return `Result<T, ActorError>`, where `T` is `Vec<Event>`, `Event`, `Option<Event>`, `[Event; N]` or `()`"
)]
pub trait IntoOutcome {
    /// The events, or the error as the factory actor takes it.
    ///
    /// # Errors
    /// The error that was returned.
    fn into_outcome(self) -> Result<Vec<Event>, ActorError>;
}

impl<T: IntoEvents, E: IntoActorError> IntoOutcome for Result<T, E> {
    fn into_outcome(self) -> Result<Vec<Event>, ActorError> {
        self.map(IntoEvents::into_events)
            .map_err(IntoActorError::into_actor_error)
    }
}

/// What a function actor can fail with: everything that `?` makes an [`ActorError`].
#[diagnostic::on_unimplemented(
    message = "an actor cannot fail with `{Self}`, which is not an error",
    note = "return `Result<_, ActorError>`, or implement `std::error::Error` (and `Send + Sync`) for `{Self}`"
)]
pub trait IntoActorError {
    /// The error as the factory actor takes it.
    fn into_actor_error(self) -> ActorError;
}

// The compiler would otherwise explain the conversion instead of what to do.
#[diagnostic::do_not_recommend]
impl<E: Into<ActorError>> IntoActorError for E {
    fn into_actor_error(self) -> ActorError {
        self.into()
    }
}
