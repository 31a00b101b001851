//! One attempt at an event: look into the inbox, process, publish, record. The order is what makes
//! a redelivery harmless.

use std::future::Future;
use std::pin::pin;

use tokio::time::Instant;
use tracing::{debug, warn};

use super::disposition::Ending;
use super::follow_ups::{fingerprint, stamp};
use super::lease_keeper::{Interruption, LeaseKeeper};
use super::processing::Failure;
use super::worker::Factory;
use crate::event::Event;
use crate::queue::Lease;
use crate::store::{InboxEntry, InboxKey, InboxOutcome};

impl Factory {
    /// One attempt: look into the inbox, process, publish, record. `until` is the end of the
    /// actor's time.
    pub(super) async fn attempt(
        &self,
        lease: &mut Lease,
        attempt: u32,
        until: Instant,
        keeper: &LeaseKeeper,
    ) -> Result<(), Failure> {
        let Some(inbox) = &self.inbox else {
            let answered = self.process(lease, attempt, until, keeper).await?;
            let follow_ups = stamp(answered, lease.event(), &self.queue, &self.source);
            return self.announce(lease, keeper, &follow_ups).await;
        };
        let key = InboxKey {
            event: lease.event().id().clone(),
            queue: self.queue.clone(),
        };
        let seen = self
            .keep(lease, keeper, "the inbox", inbox.look(&key))
            .await?
            .map_err(|error| Failure::of(Ending::NotConfirmed, &error))?;
        if seen.is_some() {
            debug!(event = %key.event, queue = %self.queue, "done before, skipped");
            self.meters.duplicates_skipped.add(1);
            return Ok(());
        }
        let answered = self.process(lease, attempt, until, keeper).await?;
        let follow_ups = stamp(answered, lease.event(), &self.queue, &self.source);
        self.announce(lease, keeper, &follow_ups).await?;
        let entry = InboxEntry {
            follow_ups: fingerprint(&follow_ups),
        };
        let retention = self.settings.inbox_retention();
        let outcome = self
            .keep(
                lease,
                keeper,
                "the inbox",
                inbox.record(&key, entry, retention),
            )
            .await?
            .map_err(|error| Failure::of(Ending::NotConfirmed, &error))?;
        if let InboxOutcome::Seen(other) = outcome
            && other != entry
        {
            self.warn_once("differs", || {
                warn!(
                    actor = %self.name, event = %key.event,
                    "two runs on one event announced different follow-ups; what depends on time, \
                     chance or other state needs `with_key`"
                );
            });
        }
        Ok(())
    }

    async fn announce(
        &self,
        lease: &mut Lease,
        keeper: &LeaseKeeper,
        follow_ups: &[Event],
    ) -> Result<(), Failure> {
        if follow_ups.is_empty() {
            return Ok(());
        }
        let announcing = pin!(self.announcer.announce(follow_ups));
        self.keep(lease, keeper, "publishing", announcing)
            .await?
            .map_err(|error| {
                let ending = if error.is_temporary() {
                    Ending::NotConfirmed
                } else {
                    Ending::Unpublishable
                };
                Failure::of(ending, &error)
            })?;
        self.meters.published.add(follow_ups.len() as u64);
        Ok(())
    }

    /// Keeps the lease while the framework itself works on the event.
    async fn keep<F: Future + Unpin>(
        &self,
        lease: &mut Lease,
        keeper: &LeaseKeeper,
        work: &str,
        future: F,
    ) -> Result<F::Output, Failure> {
        // Long enough for all tries of publishing; a backend that hangs longer is given up.
        let until = || Instant::now() + 5 * self.settings.publish_timeout();
        keeper
            .keep(lease, until, &self.grace, || {}, future)
            .await
            .map_err(|interruption| match interruption {
                // Not the actor's fault.
                Interruption::OutOfTime => {
                    Failure::new(Ending::NotConfirmed, format!("{work} hung"))
                }
                other => Failure::interrupted(other, work),
            })
    }
}
