//! The values of flags: what is allowed, and what to say when something else is given.

use std::{
    fmt,
    num::{NonZeroU32, NonZeroUsize},
    str::FromStr,
    time::Duration,
};

use crate::domain::OrderId;

/// More products than this are no shop for a sample, and make a catalogue slow to write.
const PRODUCTS_MAX: u32 = 9_999;

/// Each actor keeps as many events in memory; beyond this, more workers help and more parallelism
/// does not.
const PARALLELISM_MAX: usize = 1_024;

/// Ten minutes: less than the shortest limit of any backend on a single delay.
const REPLENISH_DELAY_MAX: Duration = Duration::from_mins(10);

/// A day: whoever waits longer has forgotten the run.
const TIMEOUT_MAX: Duration = Duration::from_hours(24);

/// The longest namespace that leaves room for the rest of a queue's name on every backend.
const NAMESPACE_LEN_MAX: usize = 24;

/// A number of orders.
pub(super) fn orders(text: &str) -> Result<u32, String> {
    match whole(text)? {
        0 => Err("a shop without orders proves nothing; place at least one".to_owned()),
        orders => at_most(orders, &OrderId::PLACES_MAX),
    }
}

/// A number of products.
pub(super) fn products(text: &str) -> Result<NonZeroU32, String> {
    let products = at_most(whole(text)?, &PRODUCTS_MAX)?;
    NonZeroU32::new(products).ok_or_else(|| "a shop needs at least one product to sell".to_owned())
}

/// A number of events at once.
pub(super) fn parallelism(text: &str) -> Result<NonZeroUsize, String> {
    let parallelism = at_most(whole(text)?, &PARALLELISM_MAX)?;
    NonZeroUsize::new(parallelism)
        .ok_or_else(|| "an actor has to process at least one event at once".to_owned())
}

/// The time a supplier takes; none at all is fine.
pub(super) fn replenish_delay(text: &str) -> Result<Duration, String> {
    seconds(text, REPLENISH_DELAY_MAX)
}

/// A time to wait.
pub(super) fn timeout(text: &str) -> Result<Duration, String> {
    match seconds(text, TIMEOUT_MAX)? {
        Duration::ZERO => Err("no order settles in no time; give it at least a second".to_owned()),
        timeout => Ok(timeout),
    }
}

fn whole<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse()
        .map_err(|_| "expected a whole number".to_owned())
}

fn at_most<N: PartialOrd + fmt::Display>(number: N, max: &N) -> Result<N, String> {
    if number > *max {
        Err(format!("expected at most {max}"))
    } else {
        Ok(number)
    }
}

fn seconds(text: &str, max: Duration) -> Result<Duration, String> {
    let refused = || format!("expected seconds, from 0 to {}, such as 0.5", max.as_secs());
    let seconds: f64 = text.parse().map_err(|_| refused())?;
    let duration = Duration::try_from_secs_f64(seconds).map_err(|_| refused())?;
    if duration > max {
        Err(refused())
    } else {
        Ok(duration)
    }
}

/// The name that keeps the queues and tables of one run apart from those of others.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Namespace(String);

impl Namespace {
    /// One that no other run has, by all odds.
    pub fn unique() -> Self {
        Self(format!("{}-{:08x}", Self::default(), fastrand::u32(..)))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Namespace {
    /// Where processes meet that were not told otherwise.
    fn default() -> Self {
        Self("prismo".to_owned())
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Namespace {
    type Err = String;

    /// Takes what every backend takes in a name: lower-case letters, digits and inner hyphens.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_word = |word: &str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if text.len() <= NAMESPACE_LEN_MAX && text.split('-').all(is_word) {
            return Ok(Self(text.to_owned()));
        }
        Err(format!(
            "expected at most {NAMESPACE_LEN_MAX} lower-case letters, digits and single hyphens between them, such as `run-1`"
        ))
    }
}
