//! Sees one event through: looks into the inbox, processes, publishes, records, settles.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Timestamp;
use tokio::time::Instant;
use tracing::{debug, warn};

use super::announcer::TRIES_MAX;
use super::answer::panic_message;
use super::disposition::{Admission, Counting, Disposition, Ending, Entry, disposition};
use super::ended::{Ended, SwitchNote, mark};
use super::follow_ups::{fingerprint, stamp};
use super::intake::{Role, Taken};
use super::kill_switch::Mark;
use super::lease_keeper::{Interruption, LeaseKeeper};
use super::parts::Factory;
use super::processing::Failure;
use super::slots::{Held, Slot};
use super::solitude::Alone;
use crate::event::Event;
use crate::queue::{EventQueue as _, Lease};
use crate::store::{Inbox, InboxEntry, InboxKey, InboxOutcome};

/// How an attempt that did not fail came by its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    /// The actor ran.
    Processed,
    /// It had been done before.
    Skipped,
}

/// What else may be in work in the hive when an actor is given an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Company {
    /// Anything.
    Any,
    /// Nothing.
    None,
}

impl Factory {
    /// Sees one event through, from its lease to its settling.
    pub(super) async fn see_through(&self, slot: &Slot, taken: Taken) {
        let Taken {
            mut lease, role, ..
        } = taken;
        let note = SwitchNote::new(&self.intake, slot, role);
        self.say_taken(lease.event().id(), lease.attempt());
        if lease.attempt() > 1 {
            self.meters.redelivered.add(1);
        }
        let start = Instant::now();
        let keeper = LeaseKeeper::new(
            self.settings.lease(),
            start + self.settings.hold_max(),
            self.renewal,
        );
        let ended = self.run(slot, &mut lease, role, start, &keeper).await;
        let now = Instant::now();
        self.meters.took(now - start);
        note.set(first_news(ended.mark, &lease, role), now);
        self.slots.expect_by(slot, lease.deadline());
        self.conclude(lease, ended).await;
    }

    /// Runs attempts until the event is done, or is not to be tried again under this lease.
    async fn run(
        &self,
        slot: &Slot,
        lease: &mut Lease,
        role: Role,
        start: Instant,
        keeper: &LeaseKeeper,
    ) -> Ended {
        let first = lease.attempt();
        if start >= lease.deadline() {
            // It waited too long for a worker; another has it, or will.
            return Ended::let_go(first);
        }
        let company = match self.entry().admit(lease) {
            Admission::Given => Company::Any,
            Admission::GivenAlone => Company::None,
            Admission::Postponed { silent } => {
                let policy = self.settings.retry();
                let delay = policy.delay(policy.round(first), fastrand::f64());
                return Ended::postponed(first, silent, delay.min(self.delay_max));
            }
            Admission::Refused(refusal) => return Ended::refused(first, refusal),
        };
        if first > 1
            && let Some(held) = self.slots.held_elsewhere(slot, lease.event().id())
        {
            return Ended::held_elsewhere(first, self.entry().unanswered(lease), held);
        }
        let _alone = match company {
            Company::Any if !self.solitude.is_sought() => None,
            // Boxed, since hardly any event ever comes here.
            company => match Box::pin(self.enter(slot, lease, keeper, company)).await {
                Ok(alone) => alone,
                Err(ended) => return ended,
            },
        };
        let mut failed_at = None;
        let mut until = start + self.settings.timeout();
        for attempt in first.. {
            let failure = match self.attempt(slot, lease, attempt, until, keeper).await {
                Ok(done) => {
                    let mark = match done {
                        Done::Processed => Mark::Success,
                        // It says nothing about whether the actor works.
                        Done::Skipped => Mark::Neutral,
                    };
                    return Ended::done(attempt, mark);
                }
                Err(failure) => failure,
            };
            failed_at = failed_at.or_else(|| Some(Timestamp::now()));
            let decided = self.decide(lease, role, attempt, keeper, failure.ending);
            self.report(lease, attempt, &failure, decided);
            if decided == Disposition::RetryNow {
                self.meters.retried_now.add(1);
                tokio::task::yield_now().await;
                until = Instant::now() + self.settings.timeout();
                continue;
            }
            let begun = attempt > first || failure.ending != Ending::NotBegun;
            return Ended {
                disposition: decided,
                attempt,
                errors: failure.errors,
                failed_at,
                silent: if begun {
                    0
                } else {
                    self.entry().unanswered(lease)
                },
                mark: mark(failure.ending),
            };
        }
        Ended::let_go(first)
    }

    /// Waits, under the lease, until the event may run in this company.
    async fn enter(
        &self,
        slot: &Slot,
        lease: &mut Lease,
        keeper: &LeaseKeeper,
        company: Company,
    ) -> Result<Option<Alone<'_>>, Ended> {
        /// For how long others may run alone before the event is put off, to make room.
        const QUEUED_MAX: Duration = Duration::from_mins(1);
        let first = lease.attempt();
        let unanswered = self.entry().unanswered(lease);
        let until = || {
            let until = Instant::now() + QUEUED_MAX;
            self.slots.expect_by(slot, until);
            until
        };
        let entering = pin!(async {
            match company {
                Company::Any => self.solitude.step_aside().await,
                Company::None => return self.solitude.seek().await,
            }
            None
        });
        let entered = keeper.keep(lease, until, &self.grace, || {}, entering);
        entered.await.map_err(|interruption| match interruption {
            Interruption::LeaseLost => Ended::let_go(first),
            Interruption::GraceOver => Ended::handed_back(first),
            Interruption::NotRenewed | Interruption::OutOfTime => {
                Ended::held_elsewhere(first, unanswered, Held::Busy)
            }
        })
    }

    /// What an event is held to.
    fn entry(&self) -> Entry<'_> {
        Entry {
            limits: self.guard.limits(),
            hops_max: self.settings.hops_max(),
            crashes_max: self.settings.crashes_max(),
            counting: self.guard.capabilities().attempts,
        }
    }

    /// What becomes of an event after a failed attempt, as far as the lease and the queue allow.
    fn decide(
        &self,
        lease: &Lease,
        role: Role,
        attempt: u32,
        keeper: &LeaseKeeper,
        ending: Ending,
    ) -> Disposition {
        let counting = if self.intake.counts_failures(role) {
            Counting::Counted
        } else {
            Counting::Uncounted
        };
        let policy = self.settings.retry();
        match disposition(ending, attempt, &policy, counting, fastrand::f64()) {
            Disposition::RetryNow => {
                let until = Instant::now() + self.settings.timeout();
                // When the hive stops, the next attempt is for whoever gets the event then. And one
                // that had to be cut short would be wasted.
                if self.stop.is_cancelled() || !keeper.can_hold(lease, until) {
                    return Disposition::RetryLater(Duration::ZERO, Counting::Counted);
                }
                Disposition::RetryNow
            }
            Disposition::RetryLater(delay, counting) => {
                Disposition::RetryLater(delay.min(self.delay_max), counting)
            }
            decided => decided,
        }
    }

    /// One attempt: look into the inbox, process, publish, record.
    async fn attempt(
        &self,
        slot: &Slot,
        lease: &mut Lease,
        attempt: u32,
        until: Instant,
        keeper: &LeaseKeeper,
    ) -> Result<Done, Failure> {
        let Some(inbox) = &self.inbox else {
            self.process_and_announce(slot, lease, attempt, until, keeper)
                .await?;
            return Ok(Done::Processed);
        };
        let key = InboxKey {
            event: lease.event().id().clone(),
            queue: self.queue.clone(),
        };
        let look = inbox.look(&key);
        let seen = self
            .keep(slot, lease, keeper, "the inbox", look)
            .await
            .map_err(Failure::before_the_actor)?
            .map_err(|error| Failure::of(Ending::NotBegun, &error))?;
        if seen.is_some() {
            debug!(event = %key.event, queue = %self.queue, "done before, skipped");
            self.meters.duplicates_skipped.add(1);
            return Ok(Done::Skipped);
        }
        let follow_ups = self
            .process_and_announce(slot, lease, attempt, until, keeper)
            .await?;
        self.record(slot, lease, keeper, &**inbox, key, &follow_ups)
            .await?;
        Ok(Done::Processed)
    }

    async fn process_and_announce(
        &self,
        slot: &Slot,
        lease: &mut Lease,
        attempt: u32,
        until: Instant,
        keeper: &LeaseKeeper,
    ) -> Result<Vec<Event>, Failure> {
        let answered = self.process(slot, lease, attempt, until, keeper).await?;
        let follow_ups = stamp(answered, lease.event(), &self.queue, &self.source);
        self.announce(slot, lease, keeper, &follow_ups).await?;
        Ok(follow_ups)
    }

    async fn announce(
        &self,
        slot: &Slot,
        lease: &mut Lease,
        keeper: &LeaseKeeper,
        follow_ups: &[Event],
    ) -> Result<(), Failure> {
        if follow_ups.is_empty() {
            return Ok(());
        }
        let announcing = pin!(self.announcer.announce(follow_ups));
        self.keep(slot, lease, keeper, "publishing", announcing)
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

    async fn record(
        &self,
        slot: &Slot,
        lease: &mut Lease,
        keeper: &LeaseKeeper,
        inbox: &dyn Inbox,
        key: InboxKey,
        follow_ups: &[Event],
    ) -> Result<(), Failure> {
        let entry = InboxEntry {
            follow_ups: fingerprint(follow_ups),
        };
        let recording = inbox.record(&key, entry, self.settings.inbox_retention());
        let outcome = self
            .keep(slot, lease, keeper, "the inbox", recording)
            .await?
            .map_err(|error| Failure::of(Ending::NotConfirmed, &error))?;
        if let InboxOutcome::Seen(other) = outcome
            && other != entry
            && self.differing.is_first(&self.name)
        {
            warn!(
                actor = %self.name, event = %key.event,
                "two runs on one event announced different follow-ups; what depends on time, \
                 chance or other state needs `with_key`"
            );
        }
        Ok(())
    }

    /// Keeps the lease while the framework itself works on the event. If that takes too long, or
    /// panics, it is not the event's fault.
    async fn keep<F: Future + Unpin>(
        &self,
        slot: &Slot,
        lease: &mut Lease,
        keeper: &LeaseKeeper,
        work: &str,
        future: F,
    ) -> Result<F::Output, Failure> {
        // Long enough for all tries of publishing; a backend that hangs longer is given up.
        let until = || {
            let until = Instant::now() + (TRIES_MAX + 1) * self.settings.publish_timeout();
            self.slots.expect_by(slot, until);
            until
        };
        let future = AssertUnwindSafe(future).catch_unwind();
        let failed = |text: String| Failure::new(Ending::NotConfirmed, text);
        match keeper.keep(lease, until, &self.grace, || {}, future).await {
            Ok(Ok(output)) => Ok(output),
            Ok(Err(panic)) => Err(failed(format!(
                "{work} panicked: {}",
                panic_message(&*panic)
            ))),
            Err(Interruption::OutOfTime) => Err(failed(format!("{work} hung"))),
            Err(other) => Err(Failure::interrupted(other, work)),
        }
    }
}

/// What an event says to the kill switch. One that failed before has been counted then: a few events
/// that fail again and again are not most events, and are to be given up in the end.
fn first_news(mark: Mark, lease: &Lease, role: Role) -> Mark {
    match (mark, role) {
        (Mark::Failure, Role::Regular) if lease.history().first_failure.is_some() => Mark::Neutral,
        _ => mark,
    }
}
