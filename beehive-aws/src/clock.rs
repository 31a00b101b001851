//! The time of day, which processes agree on by their clocks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A time of day, in milliseconds since 1970: what is written where other processes read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Millis(pub(crate) u64);

/// The end of the year 9999: later times are cut to it, so that none overflows.
const LATEST: u64 = 253_402_300_799_999;

impl Millis {
    pub(crate) fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Self(whole(since.unwrap_or_default()))
    }

    /// So much later; parts of a millisecond count as one, so that nothing ends early.
    pub(crate) fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(whole(duration)).min(LATEST))
    }

    /// So much earlier.
    pub(crate) fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(whole(duration)))
    }

    /// The first whole second at or after it.
    pub(crate) fn seconds(self) -> u64 {
        self.0.div_ceil(1000)
    }
}

fn whole(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_neither_end_early_nor_overflow() {
        let start = Millis(1_000);
        assert_eq!(start.plus(Duration::from_nanos(1)), Millis(1_001));
        assert_eq!(start.plus(Duration::MAX), Millis(LATEST));
        assert_eq!(start.minus(Duration::from_secs(5)), Millis(0));
        assert_eq!((Millis(1_000).seconds(), Millis(1_001).seconds()), (1, 2));
        assert!(Millis::now() > Millis(1_700_000_000_000));
    }
}
