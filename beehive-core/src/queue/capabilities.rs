//! What a queue backend can do, as data.

use std::time::Duration;

use crate::event::EventLimits;

/// How a backend counts the attempts of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttemptCounting {
    /// Every delivery counts but the abandoned ones.
    Exact,
    /// Every delivery counts, the abandoned ones too.
    Deliveries,
}

/// What a queue backend can do, and its limits.
///
/// What it cannot do fails with [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) before
/// anything happens. The conformance suite has a case for each flag, set and not set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct QueueCapabilities {
    /// Events and leases can be deferred, durably.
    pub defer: bool,
    /// The longest delay; `None` is any.
    pub delay_max: Option<Duration>,
    /// A lease can be extended.
    pub extend: bool,
    /// The longest time an event can be held under one lease, extensions included; `None` is any.
    pub lease_max: Option<Duration>,
    /// Dead letters can be kept, listed, redriven and purged.
    pub dead_letters: bool,
    /// Publishing to a topic that nobody subscribes to is noticed.
    pub detects_unrouted: bool,
    /// A queue that is declared so delivers events of one subject in the order of publishing, one at a
    /// time ([`Order::BySubject`](crate::queue::Order::BySubject)).
    pub ordered_by_subject: bool,
    /// How attempts are counted.
    pub attempts: AttemptCounting,
    /// How large an event may be.
    pub limits: EventLimits,
}

impl QueueCapabilities {
    /// A backend that can do everything but keep order; others take away what they cannot.
    #[must_use]
    pub fn full() -> Self {
        Self {
            defer: true,
            delay_max: None,
            extend: true,
            lease_max: None,
            dead_letters: true,
            detects_unrouted: true,
            ordered_by_subject: false,
            attempts: AttemptCounting::Exact,
            limits: EventLimits::default(),
        }
    }
}
