//! Whether somebody reads, and whether the broker delivers. Pure.

use tokio::time::Instant;

use super::super::term::Term;

/// What the broker is to be told about delivering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Demand {
    /// To go on as it does.
    Same,
    /// To deliver: somebody waits.
    Wanted,
    /// To deliver no more: nobody has asked for too long, and others may wait for what would lie
    /// here.
    Unread,
}

/// Whether somebody reads, and whether the broker delivers.
#[derive(Debug)]
pub(super) struct Attention {
    is_reading: bool,
    /// Since when nobody reads.
    unread_since: Instant,
    is_consuming: bool,
}

impl Attention {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            is_reading: false,
            unread_since: now,
            is_consuming: false,
        }
    }

    /// Somebody waits from now on.
    pub(super) fn read(&mut self) {
        self.is_reading = true;
    }

    /// Somebody took something, or waits no longer.
    pub(super) fn rest(&mut self, now: Instant) {
        self.is_reading = false;
        self.unread_since = now;
    }

    /// Whether the broker delivers from now on.
    pub(super) fn set_consuming(&mut self, is_consuming: bool) {
        self.is_consuming = is_consuming;
    }

    /// Whether the broker delivers.
    pub(super) fn is_consuming(&self) -> bool {
        self.is_consuming
    }

    /// When the broker is to deliver no more unless somebody asks. Never while it cannot anyway,
    /// since as many are held as may be.
    pub(super) fn unread_at(&self, term: Term, is_full: bool) -> Option<Instant> {
        (self.is_consuming && !self.is_reading && !is_full).then(|| term.unread(self.unread_since))
    }

    /// What the broker is to be told now.
    pub(super) fn demand(&self, now: Instant, term: Term, is_full: bool) -> Demand {
        if self.is_reading && !self.is_consuming {
            return Demand::Wanted;
        }
        match self.unread_at(term, is_full) {
            Some(at) if at <= now => Demand::Unread,
            _ => Demand::Same,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const MILLISECOND: Duration = Duration::from_millis(1);

    #[test]
    fn the_broker_delivers_while_somebody_reads_and_a_little_longer() {
        let term = Term::new(30_000 * MILLISECOND, 900_000 * MILLISECOND);
        let start = Instant::now();
        let mut attention = Attention::new(start);
        let demand = |attention: &Attention, at, is_full| {
            attention.demand(start + at * MILLISECOND, term, is_full)
        };
        assert_eq!(demand(&attention, 9_999, false), Demand::Same, "not asked");
        attention.read();
        assert_eq!(demand(&attention, 10_000, false), Demand::Wanted);
        attention.set_consuming(true);
        assert_eq!(demand(&attention, 99_999, false), Demand::Same, "it waits");
        attention.rest(start + 100_000 * MILLISECOND);
        for (at, is_full, expected) in [
            (100_000, false, Demand::Same),
            (100_499, false, Demand::Same),
            (100_500, false, Demand::Unread),
            (900_000, true, Demand::Same),
            (900_000, false, Demand::Unread),
        ] {
            assert_eq!(demand(&attention, at, is_full), expected, "{at} {is_full}");
        }
        attention.rest(start + 100_400 * MILLISECOND);
        assert_eq!(
            demand(&attention, 100_500, false),
            Demand::Same,
            "it took one"
        );
        attention.set_consuming(false);
        assert_eq!(demand(&attention, 900_000, false), Demand::Same);
    }
}
