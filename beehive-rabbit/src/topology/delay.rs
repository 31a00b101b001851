//! Durable delays out of time-to-live and dead-letter exchanges alone. Pure.
//!
//! There is one queue for each binary digit of a delay, and one exchange before it. The routing key
//! of a delayed message holds the name of where it goes and then the digits of its delay. At each
//! level's exchange the message takes the level's queue if its digit is 1, waits there for the
//! level's time to live, and is dead-lettered to the next level's exchange; if the digit is 0 it goes
//! straight there. All messages of one queue wait for the same time, so none is held back by
//! another.
//!
//! Behind the last level is the exchange `due`. Every queue that can be read is bound to it by its
//! name, and a subscription by its topic too, so a delayed event of a topic reaches the subscriptions
//! that there are when it is due. What nobody is there for goes to a queue of its own, `undelivered`:
//! the broker keeps what it cannot dead-letter, and 32 such messages would hold up a level.
//!
//! What comes on top of the delay, on an idle machine with 3.10.8: up to one step of rounding and
//! about 3 ms for each level (0.3 s: 80 ms late, 75 of them rounding; 1 s: 3 ms; 2.5 s: 7 ms; 7.9 s:
//! 104 ms, 100 of them rounding; 30 s: 26 ms). A level passes on 2,000 to 3,000 messages a second, at
//! 0.25 ms of the broker's CPU each: 10,000 that are deferred by the same 5 s come up to 5 s late.
//! What falls due while the whole broker is down or starts is passed on three minutes later.

use std::time::Duration;

use beehive_core::queue::QueueName;
use lapin::types::ShortString;

use super::Names;

/// How long the shortest level holds a message; each other holds it twice as long as the one below.
const STEP: Duration = Duration::from_millis(125);
/// How many levels there are: together they reach over 97 days in one trip.
///
/// A level that nothing waits in costs the broker 10 ms once and 30 to 70 kB (3.10.8), so their
/// number is bounded by what is of use, not by what they cost. Messages outlive a version of this
/// crate: levels may be added behind the longest, and nothing else of this may change.
pub(super) const LEVELS: u32 = 26;
/// All levels together, in steps.
const STEPS_MAX: u32 = (1 << LEVELS) - 1;

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

/// A digit of a delay: whether a message waits at a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digit {
    Zero,
    One,
}

impl Digit {
    fn of(steps: u32, level: u32) -> Self {
        if steps >> level & 1 == 1 {
            Self::One
        } else {
            Self::Zero
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Zero => "0",
            Self::One => "1",
        }
    }
}

/// The way through the delays; never shorter than the delay, and at most one step longer.
///
/// It begins at the longest level that the delay needs, so a short delay visits few exchanges.
pub(crate) fn delayed(names: &Names, delay: Duration, route: Route<'_>) -> Delayed {
    let steps = delay.as_nanos().div_ceil(STEP.as_nanos());
    let steps = u32::try_from(steps).map_or(STEPS_MAX, |steps| steps.min(STEPS_MAX));
    Delayed {
        exchange: match steps.checked_ilog2() {
            Some(level) => names.delay_level(level),
            None => names.delay_due(),
        },
        routing_key: routing_key(steps, route),
        left: delay.saturating_sub(STEP * steps),
    }
}

/// How long a message waits at a level.
pub(super) fn wait_at(level: u32) -> Duration {
    STEP * (1 << level)
}

/// What the routing keys have in common that have this digit at a level.
pub(super) fn level_pattern(level: u32, digit: Digit) -> ShortString {
    let mut pattern = String::from("*.*.");
    for _ in 0..level {
        pattern.push_str("*.");
    }
    pattern.push_str(digit.word());
    pattern.push_str(".#");
    pattern.into()
}

/// What the routing keys have in common that go here in the end.
pub(super) fn due_pattern(route: Route<'_>) -> ShortString {
    let (marker, name) = destination(route);
    format!("{marker}.{name}.#").into()
}

/// Where to, then the digits, the shortest level's first: so each has its place, and the key of a
/// short delay is a short one. The broker's work at each exchange grows with the words of a key.
fn routing_key(steps: u32, route: Route<'_>) -> ShortString {
    let (marker, name) = destination(route);
    let mut key = format!("{marker}.{name}");
    for level in 0..steps.checked_ilog2().map_or(0, |longest| longest + 1) {
        key.push('.');
        key.push_str(Digit::of(steps, level).word());
    }
    key.into()
}

/// `t` and a topic, or `q` and a queue's name. None of these words holds a dot, so where to go is
/// always in the first two words, whatever a topic is called.
fn destination(route: Route<'_>) -> (char, &str) {
    match route {
        Route::Topic(topic) => ('t', topic),
        Route::Queue(name) => ('q', name.as_str()),
    }
}

#[cfg(test)]
mod tests;
