//! An event as an actor gets it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::__private::queue_name;
use crate::event::{Codecs, Delivery, Event};
use crate::queue::QueueName;

/// The event as the attempt number `attempt`, from 1, delivers it to an actor, with a minute to
/// process it, from a queue that is named after its type. For calling an actor alone, without a hive: one that asks for
/// [`Event::delivery`] finds it.
///
/// ```
/// use beehive_core::prelude::*;
/// use beehive_core::testing::delivered;
///
/// #[derive(Debug)]
/// struct GiveUpAtLast;
///
/// #[async_trait]
/// impl ProcessorActor for GiveUpAtLast {
///     async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
///         match event.delivery() {
///             Some(delivery) if delivery.attempt() > 3 => Err(ActorError::terminal("enough")),
///             _ => Err(ActorError::retry("not yet")),
///         }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let event = Event::new("OrderAccepted", "text/plain", "two bees");
/// let error = GiveUpAtLast.process(delivered(event, 4)).await.unwrap_err();
/// assert_eq!(error.to_string(), "enough");
/// # }
/// ```
#[must_use]
pub fn delivered(event: Event, attempt: u32) -> Event {
    const TIME: Duration = Duration::from_mins(1);
    let deadline = Instant::now() + TIME;
    let queue = QueueName::of_queue(event.event_type());
    event.with_delivery(Delivery::new(
        // Types of other systems may be no names of queues.
        queue.unwrap_or_else(|_| queue_name("Queue-Queue")),
        attempt,
        deadline,
        Arc::new(Codecs::default()),
    ))
}
