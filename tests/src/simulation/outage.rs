//! A time in which the stores are out.

use std::fmt;
use std::time::Duration;

use beehive_core::{Error, ErrorKind, Result};

/// For a while every operation on the stores fails, for all processes alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// When it begins, after the beginning of the run.
    pub from: Duration,
    /// How long it lasts.
    pub length: Duration,
    /// What is out.
    pub scope: OutageScope,
}

/// Which stores are out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutageScope {
    /// All, the inbox among them.
    All,
    /// Those of the actors: the framework itself can work.
    AllButInbox,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Store,
    Inbox,
}

impl Outage {
    /// Draws one within the first minute, shorter than events are tried again.
    pub(super) fn drawn(rng: &mut fastrand::Rng) -> Self {
        Self {
            from: Duration::from_millis(rng.u64(..60_000)),
            length: Duration::from_secs(rng.u64(10..600)),
            scope: if rng.bool() {
                OutageScope::All
            } else {
                OutageScope::AllButInbox
            },
        }
    }

    /// Whether an operation at this time may go on.
    ///
    /// # Errors
    /// What the store says while it is out.
    pub(super) fn admit(self, asked: Asked, at: Duration) -> Result<()> {
        let is_out = self.from <= at && at < self.from + self.length;
        let is_meant = asked == Asked::Store || self.scope == OutageScope::All;
        if is_out && is_meant {
            return Err(Error::new(ErrorKind::Temporary, "the stores are out"));
        }
        Ok(())
    }
}

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.scope {
            OutageScope::All => "all stores",
            OutageScope::AllButInbox => "all stores but the inbox",
        };
        write!(f, "{what} out from {:?} for {:?}", self.from, self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_is_refused_for_as_long_as_it_lasts() {
        let second = Duration::from_secs(1);
        let outage = |scope| Outage {
            from: second,
            length: second,
            scope,
        };
        let cases = [
            (OutageScope::All, Asked::Store, 999, true),
            (OutageScope::All, Asked::Store, 1_000, false),
            (OutageScope::All, Asked::Inbox, 1_999, false),
            (OutageScope::All, Asked::Inbox, 2_000, true),
            (OutageScope::AllButInbox, Asked::Store, 1_500, false),
            (OutageScope::AllButInbox, Asked::Inbox, 1_500, true),
        ];
        for (scope, asked, at, passes) in cases {
            let admitted = outage(scope).admit(asked, Duration::from_millis(at));
            assert_eq!(admitted.is_ok(), passes, "{scope:?} {asked:?} {at}");
        }
    }
}
