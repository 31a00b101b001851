//! What leases do with a session.

use std::sync::MutexGuard;
use std::time::Duration;

use beehive_core::{Error, ErrorKind, Result};
use tokio::time::Instant;

use super::super::outstanding::{Gone, NotExtended, Tag};
use super::Session;
use super::session::Inner;

impl Session {
    /// Moves the deadline of a lease.
    pub(in super::super) fn extend(&self, tag: Tag, duration: Duration) -> Result<Instant> {
        self.alive("extend")?;
        let mut inner = self.inner();
        match inner.outstanding.extend(tag, Instant::now(), duration) {
            Ok(deadline) => {
                self.attend(inner);
                Ok(deadline)
            }
            Err(NotExtended::Gone) => Err(self.lease_lost("extend")),
            Err(NotExtended::Limit) => Err(Error::new(
                ErrorKind::Limit,
                "the broker takes an event back that is held longer; see consumer_timeout",
            )
            .with_operation("extend")
            .with_context("queue", &self.shared.queue)),
        }
    }

    /// Begins to settle a lease by publishing something: it does not expire before `until`, or the
    /// time it may be held, which is returned.
    pub(in super::super) fn begin(
        &self,
        operation: &'static str,
        tag: Tag,
        until: Instant,
    ) -> Result<Instant> {
        self.alive(operation)?;
        let mut inner = self.inner();
        let begun = inner.outstanding.begin(tag, Instant::now(), until);
        begun.map_err(|Gone| self.lease_lost(operation))
    }

    /// Nothing was published: the lease is as it was before.
    pub(in super::super) fn resume(&self, tag: Tag) {
        let mut inner = self.inner();
        inner.outstanding.resume(tag);
        self.attend(inner);
    }

    /// Settles a lease for good. The consumption tells the broker at once, and nobody waits for that:
    /// an ack is not answered, so one that was written is no surer to arrive than one that will be.
    pub(in super::super) fn commit(&self, operation: &'static str, tag: Tag) -> Result<()> {
        self.alive(operation)?;
        let mut inner = self.inner();
        let done = inner.outstanding.done(tag, Instant::now());
        done.map_err(|Gone| self.lease_lost(operation))?;
        self.settled(inner);
        Ok(())
    }

    /// Hands a leased delivery back, as [`commit`](Self::commit) does.
    pub(in super::super) fn hand_back(&self, operation: &'static str, tag: Tag) -> Result<()> {
        self.alive(operation)?;
        let mut inner = self.inner();
        let back = inner.outstanding.hand_back(tag, Instant::now());
        back.map_err(|Gone| self.lease_lost(operation))?;
        self.settled(inner);
        Ok(())
    }

    /// Completes when the channel is gone, and every lease with it.
    pub(in super::super) async fn lost(&self) {
        self.lost.cancelled().await;
    }

    /// Has the broker be told.
    pub(super) fn settled(&self, mut inner: MutexGuard<'_, Inner>) {
        let was_starved = std::mem::take(&mut inner.is_starved);
        self.attend(inner);
        if was_starved {
            self.shared.arrived.notify_one();
        }
    }
}
