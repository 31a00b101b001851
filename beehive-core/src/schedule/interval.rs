//! Intervals: how long to wait from one time to the next.

use std::time::Duration;

/// How an interval grows while there is nothing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Growth {
    /// It does not.
    Fixed,
    /// By the same step each time.
    Increasing(Duration),
    /// To twice its length each time.
    DoublyIncreasing,
}

/// How long to wait from one time to the next: always the same, or longer and longer while there is
/// nothing to do.
///
/// ```
/// use std::time::Duration;
/// use beehive_core::schedule::Interval;
///
/// let second = Duration::from_secs(1);
/// let interval = Interval::doubly_increasing(second, second * 5);
/// let lengths: Vec<_> = (0..4).map(|idle| interval.length(idle).as_secs()).collect();
/// assert_eq!(lengths, [1, 2, 4, 5]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    first: Duration,
    growth: Growth,
    max: Duration,
    jitter: f64,
}

impl Interval {
    /// The shortest interval: one that is shorter is a busy loop.
    pub const MIN: Duration = Duration::from_millis(1);

    /// Always the same.
    #[must_use]
    pub fn fixed(length: Duration) -> Self {
        Self::growing(length, Growth::Fixed, length)
    }

    /// Longer by `step` each time there is nothing to do, up to `max`.
    #[must_use]
    pub fn increasing(first: Duration, step: Duration, max: Duration) -> Self {
        Self::growing(first, Growth::Increasing(step), max)
    }

    /// Twice as long each time there is nothing to do, up to `max`.
    #[must_use]
    pub fn doubly_increasing(first: Duration, max: Duration) -> Self {
        Self::growing(first, Growth::DoublyIncreasing, max)
    }

    fn growing(first: Duration, growth: Growth, max: Duration) -> Self {
        let first = first.max(Self::MIN);
        Self {
            first,
            growth,
            max: max.max(first),
            jitter: 0.0,
        }
    }

    /// Shortens each wait at random by up to this share of it, from 0 to 1, so that several
    /// processes do not act at the same moment.
    #[must_use]
    pub fn with_jitter(mut self, share: f64) -> Self {
        self.jitter = share.clamp(0.0, 1.0);
        self
    }

    /// The length after there was nothing to do for `idle` times in a row.
    pub fn length(&self, idle: u32) -> Duration {
        let length = match self.growth {
            Growth::Fixed => self.first,
            Growth::Increasing(step) => self.first.saturating_add(step.saturating_mul(idle)),
            Growth::DoublyIncreasing => {
                let factor = 2_u32.checked_pow(idle).unwrap_or(u32::MAX);
                self.first.saturating_mul(factor)
            }
        };
        length.min(self.max)
    }

    /// The length with jitter; `fraction`, from 0 to 1, places it.
    pub fn with_jitter_at(&self, idle: u32, fraction: f64) -> Duration {
        let share = self.jitter * fraction.clamp(0.0, 1.0);
        self.length(idle).mul_f64(1.0 - share).max(Self::MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn each_kind_grows_its_own_way_and_starts_over() {
        let cases = [
            (Interval::fixed(SECOND), [1, 1, 1, 1, 1]),
            (
                Interval::increasing(SECOND, 2 * SECOND, 6 * SECOND),
                [1, 3, 5, 6, 6],
            ),
            (
                Interval::doubly_increasing(SECOND, 6 * SECOND),
                [1, 2, 4, 6, 6],
            ),
        ];
        for (interval, expected) in cases {
            let lengths: Vec<_> = (0..5).map(|idle| interval.length(idle).as_secs()).collect();
            assert_eq!(lengths, expected);
            assert_eq!(interval.length(0), SECOND);
        }
    }

    proptest! {
        #[test]
        fn jitter_only_shortens_and_never_to_nothing(
            idle in any::<u32>(), share in 0.0..=1.0, fraction in 0.0..=1.0,
        ) {
            let interval = Interval::doubly_increasing(SECOND, SECOND * 60).with_jitter(share);
            let length = interval.with_jitter_at(idle, fraction);
            prop_assert!(length <= interval.length(idle));
            prop_assert!(length >= Interval::MIN);
        }
    }
}
