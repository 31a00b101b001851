//! Typed bodies.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A type that is the body of events of one type.
///
/// Derive it: `#[derive(Serialize, Deserialize, EventBody)]`. The event type is the type's name
/// unless `#[event(type = "…")]` says otherwise, and it names the topic the event is published to.
///
/// ```
/// use beehive_core::prelude::*;
///
/// #[derive(Serialize, Deserialize, EventBody)]
/// #[event(subject = order_id)]
/// struct OrderAccepted {
///     order_id: String,
/// }
///
/// assert_eq!(OrderAccepted::TYPE, "OrderAccepted");
/// let event = Event::of(&OrderAccepted { order_id: "4711".into() })?;
/// assert_eq!(event.subject(), Some("4711"));
/// # Ok::<(), beehive_core::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the body of an event",
    note = "add `#[derive(Serialize, Deserialize, EventBody)]` to `{Self}`; without such a type, take the `Event` as it is, and name it in quotes in `emits(…)`"
)]
pub trait EventBody: Serialize + DeserializeOwned + Send {
    /// The type of the events that carry this body.
    const TYPE: &'static str;

    /// What the event is about; events of one subject can be kept in order where a queue offers it.
    fn subject(&self) -> Option<String> {
        None
    }
}
