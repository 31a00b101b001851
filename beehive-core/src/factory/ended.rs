//! How an event ended, all attempts under one lease together, and what is said and counted then.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;
use tracing::{debug, error, warn};

use super::disposition::{Counting, Disposition, Ending, Refusal};
use super::intake::{Intake, Role};
use super::kill_switch::Mark;
use super::lock::lock;
use super::parts::Factory;
use super::processing::Failure;
use super::settling::Settled;
use super::slots::{Held, Slot};
use crate::queue::{DeadLetterReason, Lease};

/// How an event ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) disposition: Disposition,
    /// The last attempt.
    pub(super) attempt: u32,
    /// Why it failed, if it did: the error and its causes, outermost first.
    pub(super) errors: Vec<String>,
    /// When the first attempt under this lease failed, if one did.
    pub(super) failed_at: Option<Timestamp>,
    /// How many deliveries in a row ended without a word, where this one says nothing of the event
    /// either: no actor was given it.
    pub(super) silent: u32,
    pub(super) mark: Mark,
}

impl Ended {
    pub(super) fn done(attempt: u32, mark: Mark) -> Self {
        Self::without_failure(Disposition::Commit, attempt, mark)
    }

    pub(super) fn let_go(attempt: u32) -> Self {
        Self::without_failure(Disposition::LetGo, attempt, Mark::Neutral)
    }

    pub(super) fn handed_back(attempt: u32) -> Self {
        Self::without_failure(Disposition::HandBack, attempt, Mark::Neutral)
    }

    pub(super) fn refused(attempt: u32, refusal: Refusal) -> Self {
        Self {
            disposition: Disposition::DeadLetter(refusal.reason),
            attempt,
            errors: refusal.errors,
            failed_at: None,
            silent: 0,
            mark: Mark::Neutral,
        }
    }

    /// The event waits before it is given to an actor again; its deliveries so far are noted, and
    /// how many of them ended without a word.
    pub(super) fn postponed(attempt: u32, silent: u32, delay: Duration) -> Self {
        let later = Disposition::RetryLater(delay, Counting::Uncounted);
        Self {
            silent,
            ..Self::without_failure(later, attempt, Mark::Neutral)
        }
    }

    /// A worker of this process still has the event, though its lease is gone. To give it to
    /// another would lose one thread after the other.
    pub(super) fn held_elsewhere(attempt: u32, silent: u32, held: Held) -> Self {
        /// By then the other has noticed, or was given up.
        const PAUSE: Duration = Duration::from_secs(5);
        match held {
            // It may be a copy, of an event that takes its process down in a moment.
            Held::Busy => Self::postponed(attempt, silent, PAUSE),
            Held::Stuck => Self::refused(
                attempt,
                Refusal {
                    reason: DeadLetterReason::Crashed,
                    errors: vec![
                        "an earlier attempt blocks or computes without an end, and its worker is \
                         lost"
                            .to_owned(),
                    ],
                },
            ),
        }
    }

    fn without_failure(disposition: Disposition, attempt: u32, mark: Mark) -> Self {
        Self {
            disposition,
            attempt,
            errors: Vec::new(),
            failed_at: None,
            silent: 0,
            mark,
        }
    }
}

/// What an attempt that failed tells of whether things work.
pub(super) fn mark(ending: Ending) -> Mark {
    use crate::actor::FailureClass::{Retry, RetryAfter};
    match ending {
        Ending::Failed(Retry | RetryAfter(_)) | Ending::NotConfirmed | Ending::NotBegun => {
            Mark::Failure
        }
        Ending::Failed(_)
        | Ending::Undeclared
        | Ending::Unpublishable
        | Ending::LeaseLost
        | Ending::GraceOver => Mark::Neutral,
    }
}

impl Factory {
    /// Settles the event as it ended, and counts it.
    pub(super) async fn conclude(&self, lease: Lease, ended: Ended) {
        let id = lease.event().id().clone();
        let disposition = ended.disposition;
        if disposition == Disposition::LetGo {
            self.meters.leases_lost.add(1);
            self.say_ended(&id, Settled::Lost, disposition);
            return;
        }
        let settled = self.settle(lease, &ended).await;
        self.say_ended(&id, settled, disposition);
        match (settled, disposition) {
            (Settled::Lost, _) => self.meters.leases_lost.add(1),
            (Settled::No, Disposition::HandBack) => lock(&self.unfinished).kept.push(id),
            (Settled::No, _) | (Settled::Yes, Disposition::LetGo | Disposition::RetryNow) => {}
            (Settled::Yes, Disposition::Commit) => self.meters.processed.add(1),
            (Settled::Yes, Disposition::RetryLater(..)) => self.meters.retried_later.add(1),
            (Settled::Yes, Disposition::HandBack) => {
                self.meters.handed_back.add(1);
                lock(&self.unfinished).handed_back.push(id);
            }
            (Settled::Yes, Disposition::DeadLetter(reason)) => {
                self.meters.dead_lettered.add(1);
                error!(
                    actor = %self.name, queue = %self.queue, event = %id, %reason,
                    attempt = ended.attempt, errors = ?ended.errors,
                    "dead-lettered"
                );
            }
        }
    }

    pub(super) fn report(
        &self,
        lease: &Lease,
        attempt: u32,
        failure: &Failure,
        decided: Disposition,
    ) {
        if matches!(failure.ending, Ending::LeaseLost | Ending::GraceOver) {
            debug!(event = %lease.event().id(), queue = %self.queue, ending = ?failure.ending, "stopped");
            return;
        }
        self.meters.failed.add(1);
        warn!(
            actor = %self.name, queue = %self.queue, event = %lease.event().id(), attempt,
            errors = ?failure.errors, next = ?decided,
            "attempt failed"
        );
    }
}

/// Tells the kill switch how an event ended, whatever happens: a probe of which nothing is heard
/// would stop the intake for good.
pub(super) struct SwitchNote<'a> {
    intake: &'a Intake,
    slot: &'a Slot,
    role: Role,
    mark: Option<(Mark, Instant)>,
}

impl<'a> SwitchNote<'a> {
    pub(super) fn new(intake: &'a Intake, slot: &'a Slot, role: Role) -> Self {
        Self {
            intake,
            slot,
            role,
            mark: None,
        }
    }

    pub(super) fn set(mut self, mark: Mark, now: Instant) {
        self.mark = Some((mark, now));
    }
}

impl Drop for SwitchNote<'_> {
    fn drop(&mut self) {
        // A probe that was given up has been noted as failed; by now another may be under way.
        if self.role == Role::Regular || !self.slot.is_stuck() {
            let (mark, now) = self.mark.unwrap_or_else(|| (Mark::Neutral, Instant::now()));
            self.intake.note(self.role, mark, now);
        }
    }
}
