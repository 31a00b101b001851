//! Keeps a lease while work goes on, and stops the work when that ends.

use std::future::Future;
use std::time::Duration;

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
        work: F,
    ) -> Result<F::Output, Interruption> {
        // Boxed, since most work never comes to it and all of it would be moved about.
        let watch = async {
            let until = until().min(self.hold_until);
            Box::pin(self.watch(lease, until, grace)).await
        };
        tokio::select! {
            biased;
            output = work => {
                // After a pause of the whole process the work may end before the clock is seen.
                if lease.is_expired() {
                    on_interruption();
                    return Err(Interruption::LeaseLost);
                }
                Ok(output)
            }
            interruption = watch => {
                on_interruption();
                Err(interruption)
            }
        }
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
            if now >= until || now >= give_up {
                return Interruption::OutOfTime;
            }
            let length = self
                .lease
                .min(self.hold_until.duration_since(now) + self.margin());
            match timeout_at(give_up, lease.extend(length)).await {
                Ok(Ok(deadline)) => debug!(event = %lease.event().id(), ?deadline, "lease renewed"),
                Ok(Err(error)) if error.kind() == ErrorKind::LeaseLost => {
                    return Interruption::LeaseLost;
                }
                Ok(Err(error)) => {
                    warn!(event = %lease.event().id(), %error, "lease not renewed, trying again");
                }
                Err(_) => {
                    warn!(event = %lease.event().id(), "lease not renewed in time");
                }
            }
        }
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
