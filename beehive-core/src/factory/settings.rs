//! How a factory actor runs its actor.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::factory::KillSwitchPolicy;
use crate::recovery::RetryPolicy;

/// Longer times count as so long: a hundred years, which clocks can still add up.
const FOR_EVER: Duration = Duration::from_hours(100 * 365 * 24);

/// How an actor is run, unless it says otherwise itself.
///
/// ```
/// use std::time::Duration;
/// use beehive_core::hive::FactorySettings;
///
/// let settings = FactorySettings::default().with_timeout(Duration::from_secs(5));
/// assert_eq!(settings.timeout(), Duration::from_secs(5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FactorySettings {
    parallelism: NonZeroUsize,
    lease: Duration,
    hold_max: Duration,
    timeout: Duration,
    publish_timeout: Duration,
    wait: Duration,
    retry: RetryPolicy,
    crashes_max: u32,
    hops_max: u32,
    kill_switch: KillSwitchPolicy,
    inbox_retention: Duration,
}

impl FactorySettings {
    /// How many events one actor processes at one time. The default is 16.
    #[must_use]
    pub fn with_parallelism(mut self, parallelism: NonZeroUsize) -> Self {
        self.parallelism = parallelism;
        self
    }

    /// How long a lease is; it is renewed while the actor works. The default is 30 seconds.
    #[must_use]
    pub fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease.min(FOR_EVER);
        self
    }

    /// How long an event is held at most, all renewals together. The default is an hour.
    #[must_use]
    pub fn with_hold_max(mut self, hold_max: Duration) -> Self {
        self.hold_max = hold_max.min(FOR_EVER);
        self
    }

    /// How long an actor may take for one event. The default is a minute.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.min(FOR_EVER);
        self
    }

    /// How long one try of publishing may take. The default is 30 seconds.
    #[must_use]
    pub fn with_publish_timeout(mut self, timeout: Duration) -> Self {
        self.publish_timeout = timeout.min(FOR_EVER);
        self
    }

    /// How long one poll of an empty queue waits. The default is 20 seconds, the longest that the
    /// known brokers allow.
    #[must_use]
    pub fn with_wait(mut self, wait: Duration) -> Self {
        self.wait = wait.min(FOR_EVER);
        self
    }

    /// How often a failed event is tried again.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// How many deliveries in a row may end without a word, as in a crash, before the event is
    /// taken for the cause and dead-lettered. The default is 5.
    ///
    /// Where the backend counts deliveries that reached no actor as well
    /// ([`AttemptCounting::Deliveries`](crate::queue::AttemptCounting)), the event is first made to
    /// wait as after a failure, then runs while no other event of its hive does, and is dead-lettered
    /// the third time.
    #[must_use]
    pub fn with_crashes_max(mut self, crashes: u32) -> Self {
        self.crashes_max = crashes;
        self
    }

    /// How many events may lead to one another before it is taken for a loop. The default is 1,000.
    #[must_use]
    pub fn with_hops_max(mut self, hops: u32) -> Self {
        self.hops_max = hops;
        self
    }

    /// When polling pauses because most events fail.
    #[must_use]
    pub fn with_kill_switch(mut self, policy: KillSwitchPolicy) -> Self {
        self.kill_switch = policy;
        self
    }

    /// How long the inbox remembers. The default is a day; it must exceed the longest delay after
    /// which a copy of an event can come.
    #[must_use]
    pub fn with_inbox_retention(mut self, retention: Duration) -> Self {
        self.inbox_retention = retention.min(FOR_EVER);
        self
    }

    /// How many events one actor processes at one time.
    pub fn parallelism(&self) -> NonZeroUsize {
        self.parallelism
    }

    /// How long a lease is.
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// How long an event is held at most.
    pub fn hold_max(&self) -> Duration {
        self.hold_max
    }

    /// How long an actor may take for one event.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// How long one try of publishing may take.
    pub fn publish_timeout(&self) -> Duration {
        self.publish_timeout
    }

    /// How long one poll of an empty queue waits.
    pub fn wait(&self) -> Duration {
        self.wait
    }

    /// How often a failed event is tried again.
    pub fn retry(&self) -> RetryPolicy {
        self.retry
    }

    /// How many deliveries in a row may end without a word.
    pub fn crashes_max(&self) -> u32 {
        self.crashes_max
    }

    /// How many events may lead to one another.
    pub fn hops_max(&self) -> u32 {
        self.hops_max
    }

    /// When polling pauses.
    pub fn kill_switch(&self) -> KillSwitchPolicy {
        self.kill_switch
    }

    /// How long the inbox remembers.
    pub fn inbox_retention(&self) -> Duration {
        self.inbox_retention
    }
}

impl Default for FactorySettings {
    fn default() -> Self {
        Self {
            parallelism: NonZeroUsize::MIN.saturating_add(15),
            lease: Duration::from_secs(30),
            hold_max: Duration::from_hours(1),
            timeout: Duration::from_mins(1),
            publish_timeout: Duration::from_secs(30),
            wait: Duration::from_secs(20),
            retry: RetryPolicy::default(),
            crashes_max: 5,
            hops_max: 1_000,
            kill_switch: KillSwitchPolicy::default(),
            inbox_retention: Duration::from_hours(24),
        }
    }
}
