//! How long an event may be held. Pure.

use std::time::Duration;

use beehive_core::{Error, ErrorKind, Result};
use tokio::time::Instant;

use super::super::delay::whole_seconds;

/// SQS lets an event be held for twelve hours from when it was received, whatever is asked for. The
/// minute is for what the clocks here and there disagree on.
pub(crate) const LEASE_MAX: Duration = Duration::from_secs(12 * 60 * 60 - 60);
/// SQS holds an event so much longer than its lease lasts here: for the way of the answer, and of
/// the last word on it.
const MARGIN_SECONDS: i32 = 1;

/// For how many seconds SQS is to hold an event whose lease lasts so long.
pub(super) fn held_seconds(lease: Duration) -> i32 {
    whole_seconds(lease)
        .saturating_add(MARGIN_SECONDS)
        .min(12 * 60 * 60)
}

/// How long an event is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// When the lease ends here; a moment before it ends at SQS.
    pub(super) deadline: Instant,
    /// Until when it may be extended.
    pub(super) latest: Instant,
}

impl Term {
    /// That of an event which came now, in answer to a request that was made at `asked` and was to
    /// wait for so long: SQS answers by then, and what is later is the way.
    pub(super) fn new(asked: Instant, wait: Duration, came: Instant, lease: Duration) -> Self {
        let held_since = came.min(asked + wait);
        Self {
            deadline: held_since + lease,
            latest: held_since + LEASE_MAX,
        }
    }

    /// The deadline of a lease that is extended now.
    ///
    /// # Errors
    /// `LeaseLost` if it is over, `Limit` if SQS cannot hold the event so long.
    pub(super) fn extended(self, now: Instant, duration: Duration) -> Result<Instant> {
        self.check(now)?;
        now.checked_add(duration)
            .filter(|deadline| *deadline <= self.latest)
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::Limit,
                    "SQS holds an event for twelve hours from its delivery at most",
                )
                .with_operation("extend lease")
                .with_context(
                    "left",
                    format!("{:?}", self.latest.saturating_duration_since(now)),
                )
            })
    }

    /// Checks that the lease is not over.
    pub(super) fn check(self, now: Instant) -> Result<()> {
        if now < self.deadline {
            return Ok(());
        }
        Err(lost())
    }
}

/// The lease is over.
pub(super) fn lost() -> Error {
    Error::new(
        ErrorKind::LeaseLost,
        "the lease is over; the event may be with another worker",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn it_ends_here_before_it_ends_there() {
        for (lease, seconds) in [
            (SECOND, 2),
            (Duration::from_millis(1_500), 3),
            (Duration::ZERO, 1),
            (LEASE_MAX, 12 * 60 * 60 - 59),
            (Duration::MAX, 12 * 60 * 60),
        ] {
            assert_eq!(held_seconds(lease), seconds);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_way_is_taken_from_the_lease() {
        let asked = Instant::now();
        for (came, deadline) in [(1, 11), (20, 30), (24, 30)] {
            let term = Term::new(asked, 20 * SECOND, asked + came * SECOND, 10 * SECOND);
            assert_eq!(term.deadline, asked + deadline * SECOND, "{came}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_extended_while_it_lasts_and_no_longer_than_can_be() {
        let start = Instant::now();
        let term = Term::new(start, SECOND, start, 10 * SECOND);
        let kind = |at, duration| {
            let extended = term.extended(start + at, duration);
            extended.map_err(|error| error.kind())
        };
        assert_eq!(kind(SECOND, 30 * SECOND), Ok(start + 31 * SECOND));
        assert_eq!(kind(10 * SECOND, SECOND), Err(ErrorKind::LeaseLost));
        assert_eq!(kind(Duration::ZERO, LEASE_MAX), Ok(start + LEASE_MAX));
        assert_eq!(kind(SECOND, LEASE_MAX), Err(ErrorKind::Limit));
        assert_eq!(kind(SECOND, Duration::MAX), Err(ErrorKind::Limit));
    }
}
