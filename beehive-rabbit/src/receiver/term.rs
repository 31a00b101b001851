//! How long a delivery is held. Pure.

use std::time::Duration;

use tokio::time::Instant;

/// How long leases last, and how long a delivery may be held under one at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    lease: Duration,
    hold_max: Duration,
}

impl Term {
    pub(super) fn new(lease: Duration, hold_max: Duration) -> Self {
        Self { lease, hold_max }
    }

    /// When a delivery that came then must be settled at the latest, before the broker takes it
    /// back together with all others of its channel.
    pub(super) fn limit(self, arrived: Instant) -> Instant {
        later(arrived, self.hold_max)
    }

    /// Until when a lease that is given out now lasts. `None` if the delivery has waited for so long
    /// that less than half of a lease would be left of its time.
    pub(super) fn deadline(self, now: Instant, limit: Instant) -> Option<Instant> {
        (later(now, self.lease / 2) <= limit).then(|| later(now, self.lease).min(limit))
    }

    /// Until when a lease lasts that is to be held for this long from now on: shorter where its
    /// limit is near. `None` if no lease can last as long, or if its limit is already its deadline.
    pub(super) fn extended(
        self,
        now: Instant,
        duration: Duration,
        deadline: Instant,
        limit: Instant,
    ) -> Option<Instant> {
        if duration > self.hold_max {
            return None;
        }
        let wanted = later(now, duration);
        (wanted <= limit || deadline < limit).then(|| wanted.min(limit))
    }

    /// When the broker is told to deliver no more, if nobody has asked for deliveries since then:
    /// others may wait for what would lie here.
    pub(super) fn unread(self, since: Instant) -> Instant {
        /// Long enough for a worker that is between two events, short enough for who waits.
        const GRACE: Duration = Duration::from_millis(500);
        later(since, GRACE.min(self.lease / 2))
    }
}

/// This much later, or so late that nobody waits for it.
pub(super) fn later(from: Instant, by: Duration) -> Instant {
    /// Thirty years.
    const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    from + by.min(FAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_lease_is_cut_at_the_limit_and_not_given_out_for_less_than_its_half() {
        let term = Term::new(secs(30), secs(900));
        let came = Instant::now();
        let limit = term.limit(came);
        for (waited, lasts_until) in [
            (0, Some(30)),
            (870, Some(900)),
            (880, Some(900)),
            (885, Some(900)),
            (886, None),
            (2_000, None),
        ] {
            let deadline = term.deadline(came + secs(waited), limit);
            assert_eq!(deadline, lasts_until.map(|at| came + secs(at)), "{waited}");
        }
    }

    #[test]
    fn the_longest_lease_can_be_given_out() {
        let term = Term::new(secs(900), secs(900));
        let came = Instant::now();
        let deadline = term.deadline(came + secs(1), term.limit(came));
        assert_eq!(deadline, Some(came + secs(900)));
    }

    #[test]
    fn an_extension_is_cut_at_the_limit_and_refused_where_it_gains_nothing() {
        let term = Term::new(secs(30), secs(900));
        let came = Instant::now();
        let limit = term.limit(came);
        for (now, duration, deadline, extended) in [
            (10, 30, 30, Some(40)),
            (10, 5, 30, Some(15)),
            (10, 890, 30, Some(900)),
            (10, 900, 30, Some(900)),
            (10, 901, 30, None),
            (880, 30, 890, Some(900)),
            (890, 30, 900, None),
            (890, 10, 900, Some(900)),
            (890, 5, 900, Some(895)),
        ] {
            let at = |seconds| came + secs(seconds);
            let found = term.extended(at(now), secs(duration), at(deadline), limit);
            assert_eq!(found, extended.map(at), "{duration} s from {now} s on");
        }
    }

    #[test]
    fn the_longest_durations_do_not_overflow() {
        let term = Term::new(Duration::MAX, Duration::MAX);
        let now = Instant::now();
        assert!(term.deadline(now, term.limit(now)).is_some());
        assert!(term.unread(now) > now);
    }
}
