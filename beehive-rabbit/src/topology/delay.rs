//! Durable delays out of time-to-live and dead-letter exchanges alone. Pure.
//!
//! There is one queue for each binary digit of a delay, and one exchange before it. The routing key
//! of a delayed message holds the digits of its delay and then the name of where it goes. At each
//! level's exchange the message takes the level's queue if its digit is 1, waits there for the
//! level's time to live, and is dead-lettered to the next level's exchange; if the digit is 0 it goes
//! straight there. All messages of one queue wait for the same time, so none is held back by
//! another.

use std::time::Duration;

use beehive_core::queue::QueueName;
use lapin::types::ShortString;

use super::Names;

/// Where a delayed message goes in the end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Route<'a> {
    /// To all subscriptions of a topic, by the topic's word.
    Topic(&'a str),
    /// To one subscription or simple queue.
    Queue(&'a QueueName),
}

/// A first exchange and a routing key that bring a message to its end after a delay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delayed {
    pub(crate) exchange: ShortString,
    pub(crate) routing_key: ShortString,
    /// What is left of the delay after this trip: more than nothing only for delays beyond the sum
    /// of all levels. Who receives the message then sends it on another.
    pub(crate) left: Duration,
}

/// The way through the delays; never shorter than the delay, and at most one step longer.
pub(crate) fn delayed(names: &Names, delay: Duration, route: Route<'_>) -> Delayed {
    let _ = (names, delay, route);
    todo!()
}
