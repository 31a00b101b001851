//! What the arguments and the answers of a function actor may be.

use crate::error::Result;
use crate::event::{Event, EventBody};

/// What a function actor can take as its first argument: the event, or its typed body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event or the body of one",
    note = "the first argument of an actor is `Event`, or a type with `#[derive(Serialize, Deserialize, EventBody)]`"
)]
pub trait FromEvent: Sized {
    /// Reads it from the event.
    ///
    /// # Errors
    /// [`ErrorKind::Undecodable`](crate::ErrorKind::Undecodable) if the body is not such a value.
    fn from_event(event: &Event) -> Result<Self>;
}

impl FromEvent for Event {
    fn from_event(event: &Event) -> Result<Self> {
        Ok(event.clone())
    }
}

impl<T: EventBody> FromEvent for T {
    fn from_event(event: &Event) -> Result<Self> {
        event.body()
    }
}

/// What a function actor can answer: no event, one, perhaps one, or several.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be answered by an actor",
    note = "answer with `Result<Vec<Event>, ActorError>`, or with `Event`, `Option<Event>`, `[Event; N]` or `()` in its place"
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
