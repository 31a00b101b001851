//! Keeps a lease while work goes on, and stops the work when that ends.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::error::ErrorKind;
use crate::queue::Lease;

/// Why work was stopped before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interruption {
    /// The lease is gone; nothing may be published or settled.
    LeaseLost,
    /// The lease could not be renewed and is about to end; it still holds.
    NotRenewed,
    /// The time for this work, or the time the event may be held, is over; the lease still holds.
    OutOfTime,
    /// The hive's grace is over; the lease still holds.
    GraceOver,
}

/// Until when, and in what steps, a lease is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct LeaseKeeper {
    /// The length of a lease.
    lease: Duration,
    /// When the event is held no longer, whatever the work.
    hold_until: Instant,
    renewal: Renewal,
}

/// Whether the backend can extend a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Renewal {
    Possible,
    Impossible,
}

impl LeaseKeeper {
    pub(super) fn new(lease: Duration, hold_until: Instant, renewal: Renewal) -> Self {
        Self {
            lease,
            hold_until,
            renewal,
        }
    }

    /// When the event is held no longer, whatever the work.
    pub(super) fn hold_until(&self) -> Instant {
        self.hold_until
    }

    /// Whether the event can be held until then, as far as it is known now.
    pub(super) fn can_hold(&self, lease: &Lease, until: Instant) -> bool {
        let lasts = match self.renewal {
            Renewal::Possible => true,
            Renewal::Impossible => until + self.margin() <= lease.deadline(),
        };
        lasts && until <= self.hold_until
    }

    /// Runs `work` while it keeps the lease, until `until` at most.
    ///
    /// When the work must stop, `on_interruption` is called first, then the caller drops the work
    /// at its await. Work that ends at its first poll costs no timer, and whoever pins it first
    /// saves its being moved.
    pub(super) async fn keep<F: Future + Unpin>(
        &self,
        lease: &mut Lease,
        until: impl FnOnce() -> Instant,
        grace: &CancellationToken,
        on_interruption: impl FnOnce(),
        mut work: F,
    ) -> Result<F::Output, Interruption> {
        // Boxed, since most work never comes to it and all of it would be moved about.
        let watch = async {
            let until = until().min(self.hold_until);
            Box::pin(self.watch(lease, until, grace)).await
        };
        let interruption = tokio::select! {
            biased;
            output = &mut work => {
                // After a pause of the whole process the work may end before the clock is seen.
                if !lease.is_expired() {
                    return Ok(output);
                }
                Interruption::LeaseLost
            }
            interruption = watch => interruption,
        };
        on_interruption();
        Err(interruption)
    }

    /// Renews the lease again and again; returns when the work must stop.
    async fn watch(
        &self,
        lease: &mut Lease,
        until: Instant,
        grace: &CancellationToken,
    ) -> Interruption {
        loop {
            // Below this, what is left is needed to settle.
            let give_up = lease.deadline().checked_sub(self.margin()).unwrap_or(until);
            let renew = match self.renewal {
                Renewal::Possible => self.renewal_time(Instant::now(), give_up),
                Renewal::Impossible => give_up,
            };
            tokio::select! {
                biased;
                () = lease.lost() => return Interruption::LeaseLost,
                () = grace.cancelled() => return Interruption::GraceOver,
                () = sleep_until(renew.min(until)) => {}
            }
            let now = Instant::now();
            if now >= lease.deadline() {
                return Interruption::LeaseLost;
            }
            if now >= until {
                return Interruption::OutOfTime;
            }
            if now >= give_up {
                return match self.renewal {
                    Renewal::Possible => Interruption::NotRenewed,
                    Renewal::Impossible => Interruption::OutOfTime,
                };
            }
            // A try that hangs leaves time for others.
            let limit = self.renewal_time(now, give_up).min(give_up).min(until);
            tokio::select! {
                biased;
                () = grace.cancelled() => return Interruption::GraceOver,
                renewed = self.renew(lease, now, limit) => {
                    if let Err(lost) = renewed {
                        return lost;
                    }
                }
            }
        }
    }

    /// Tries to renew the lease; fails only if it is lost.
    async fn renew(
        &self,
        lease: &mut Lease,
        now: Instant,
        limit: Instant,
    ) -> Result<(), Interruption> {
        let id = lease.event().id().clone();
        let length = self
            .lease
            .min(self.hold_until.duration_since(now) + self.margin());
        let extending = AssertUnwindSafe(lease.extend(length)).catch_unwind();
        match timeout_at(limit, extending).await {
            Ok(Ok(Ok(deadline))) => debug!(event = %id, ?deadline, "lease renewed"),
            Ok(Ok(Err(error))) if error.kind() == ErrorKind::LeaseLost => {
                return Err(Interruption::LeaseLost);
            }
            Ok(Ok(Err(error))) => warn!(event = %id, %error, "lease not renewed, trying again"),
            Ok(Err(_)) => warn!(event = %id, "the backend panicked instead of renewing a lease"),
            Err(_) => warn!(event = %id, "lease not renewed in time, trying again"),
        }
        Ok(())
    }

    /// Half-way to giving up: early enough for several more tries if one fails.
    fn renewal_time(&self, now: Instant, give_up: Instant) -> Instant {
        let left = give_up.saturating_duration_since(now);
        // Tries must not become a busy loop as the end comes near.
        now + (left / 2).max(self.margin() / 4)
    }

    /// What is kept back for settling: a tenth of a lease, but not above a second.
    fn margin(&self) -> Duration {
        (self.lease / 10).min(Duration::from_secs(1))
    }
}
