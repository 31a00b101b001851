//! How often an event is tried, and when.

use std::time::Duration;

use crate::recovery::Backoff;

/// How often an event is tried: at once, then after growing delays, each time a few times at once.
///
/// The default makes three attempts at once, and again after each of 9 delays from 2 seconds, each
/// twice the one before, with jitter: 30 attempts in about a quarter of an hour. Longer outages are
/// the kill switch's business, which pauses before the attempts are used up.
///
/// ```
/// use std::time::Duration;
/// use beehive_core::recovery::{Retry, RetryPolicy};
///
/// let policy = RetryPolicy::default().with_immediate(1).with_delayed(1);
/// assert_eq!(policy.attempts_max(), 4);
/// assert_eq!(policy.after(1, 1.0), Retry::Now);
/// assert_eq!(policy.after(2, 1.0), Retry::After(Duration::from_secs(2)));
/// assert_eq!(policy.after(4, 1.0), Retry::Never);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    immediate: u32,
    delayed: u32,
    base: Duration,
    max_delay: Duration,
}

/// What to do after an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Try again at once.
    Now,
    /// Try again after this delay.
    After(Duration),
    /// Give up.
    Never,
}

impl RetryPolicy {
    /// One attempt, no retries.
    #[must_use]
    pub fn never() -> Self {
        Self::default().with_immediate(0).with_delayed(0)
    }

    /// How many retries follow at once. The default is 2.
    #[must_use]
    pub fn with_immediate(mut self, count: u32) -> Self {
        self.immediate = count;
        self
    }

    /// How many times a delay follows. The default is 9.
    #[must_use]
    pub fn with_delayed(mut self, count: u32) -> Self {
        self.delayed = count;
        self
    }

    /// The first delay. The default is 2 seconds.
    #[must_use]
    pub fn with_base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// The longest delay. The default is an hour.
    #[must_use]
    pub fn with_max_delay(mut self, max: Duration) -> Self {
        self.max_delay = max;
        self
    }

    /// How many attempts are made before an event is given up.
    pub fn attempts_max(&self) -> u32 {
        self.immediate
            .saturating_add(1)
            .saturating_mul(self.delayed.saturating_add(1))
    }

    /// What to do after the attempt number `attempt`, from 1, failed. `fraction`, from 0 to 1,
    /// places the delay within its jitter.
    pub fn after(&self, attempt: u32, fraction: f64) -> Retry {
        if attempt >= self.attempts_max() {
            return Retry::Never;
        }
        let per_round = self.immediate.saturating_add(1);
        if !attempt.is_multiple_of(per_round) {
            return Retry::Now;
        }
        Retry::After(self.delay(attempt / per_round, fraction))
    }

    /// The delay before the round of attempts number `round`, from 1.
    pub fn delay(&self, round: u32, fraction: f64) -> Duration {
        Backoff::new(self.base, self.max_delay).with_jitter(round, fraction)
    }

    /// Which round of attempts an attempt belongs to; the first is 1.
    pub(crate) fn round(&self, attempt: u32) -> u32 {
        attempt.div_ceil(self.immediate.saturating_add(1)).max(1)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            immediate: 2,
            delayed: 9,
            base: Duration::from_secs(2),
            max_delay: Duration::from_hours(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn attempts_run_in_rounds() {
        let policy = RetryPolicy::default()
            .with_immediate(2)
            .with_delayed(2)
            .with_base(Duration::from_secs(10));
        let after: Vec<_> = (1..=10).map(|attempt| policy.after(attempt, 1.0)).collect();
        let (ten, twenty) = (Duration::from_secs(10), Duration::from_secs(20));
        assert_eq!(
            after,
            [
                Retry::Now,
                Retry::Now,
                Retry::After(ten),
                Retry::Now,
                Retry::Now,
                Retry::After(twenty),
                Retry::Now,
                Retry::Now,
                Retry::Never,
                Retry::Never,
            ]
        );
    }

    #[test]
    fn a_policy_without_retries_gives_up_at_once() {
        assert_eq!(RetryPolicy::never().after(1, 0.0), Retry::Never);
    }

    proptest! {
        #[test]
        fn every_policy_ends(immediate in 0_u32..10, delayed in 0_u32..10, fraction in 0.0..=1.0) {
            let policy = RetryPolicy::default().with_immediate(immediate).with_delayed(delayed);
            let attempts = (1..1_000).find(|attempt| policy.after(*attempt, fraction) == Retry::Never);
            prop_assert_eq!(attempts, Some(policy.attempts_max()));
        }
    }
}
