//! Exponential backoff with jitter.

use std::time::Duration;

/// Growing delays: each twice the one before, up to a limit.
///
/// ```
/// use std::time::Duration;
/// use beehive_core::recovery::Backoff;
///
/// let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(5));
/// let delays: Vec<_> = (1..=4).map(|step| backoff.delay(step).as_secs()).collect();
/// assert_eq!(delays, [1, 2, 4, 5]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    base: Duration,
    max: Duration,
}

impl Backoff {
    /// Starts at `base` and never exceeds `max`, nor a hundred years.
    #[must_use]
    pub fn new(base: Duration, max: Duration) -> Self {
        const FOR_EVER: Duration = Duration::from_hours(100 * 365 * 24);
        let max = max.min(FOR_EVER);
        Self { base, max }
    }

    /// The delay before the retry number `step`, from 1, without jitter.
    pub fn delay(&self, step: u32) -> Duration {
        let factor = 2_u32
            .checked_pow(step.saturating_sub(1))
            .unwrap_or(u32::MAX);
        self.base.saturating_mul(factor).min(self.max)
    }

    /// The delay with "equal jitter": between half of it and all of it, so that those who failed
    /// together do not come back together, and nobody comes back at once.
    ///
    /// `fraction` is from 0 to 1; passing it in keeps decisions pure.
    pub fn with_jitter(&self, step: u32, fraction: f64) -> Duration {
        let delay = self.delay(step);
        delay.mul_f64(0.5 + fraction.clamp(0.0, 1.0) / 2.0)
    }

    /// The delay with full jitter, drawn at random: anywhere between nothing and all of it. For
    /// competitors that should spread as far as they can.
    pub fn jittered(&self, step: u32) -> Duration {
        self.delay(step).mul_f64(fastrand::f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_delay_stays_within_its_bounds(
            base in 0_u64..10_000, max in 0_u64..100_000, step in any::<u32>(), fraction in 0.0..=1.0,
        ) {
            let (base, max) = (Duration::from_millis(base), Duration::from_millis(max));
            let backoff = Backoff::new(base, max);
            let delay = backoff.with_jitter(step, fraction);
            prop_assert!(delay <= max);
            prop_assert!(delay >= backoff.delay(step) / 2);
            prop_assert!(backoff.delay(step) <= backoff.delay(step.saturating_add(1)));
        }
    }
}
