//! Decides what becomes of an event after an attempt failed. Pure.

use std::time::Duration;

use crate::actor::FailureClass;
use crate::error::{Error, chain};
use crate::event::{Event, EventLimits};
use crate::queue::{AttemptCounting, DeadLetterReason, Lease};
use crate::recovery::{Retry, RetryPolicy};

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The actor failed, panicked, or ran out of time.
    Failed(FailureClass),
    /// The actor announced an event that it does not declare, in strict mode.
    Undeclared,
    /// A follow-up breaks a rule, and always will.
    Unpublishable,
    /// What the framework itself needs failed for now: publishing, the inbox, renewing the lease.
    NotConfirmed,
    /// The same, before the actor was given the event.
    NotBegun,
    /// The lease is gone.
    LeaseLost,
    /// The hive's grace ended first.
    GraceOver,
}

/// What becomes of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Disposition {
    /// It is done.
    Commit,
    /// The actor runs again, under the same lease.
    RetryNow,
    /// It is delivered again after a delay.
    RetryLater(Duration, Counting),
    /// It goes to the dead letters.
    DeadLetter(DeadLetterReason),
    /// It is handed back as it was.
    HandBack,
    /// Nothing can be done; whoever holds it now will see to it.
    LetGo,
}

/// Whether a failed attempt counts towards giving up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counting {
    /// It does.
    Counted,
    /// It does not: what failed is not the event's fault.
    Uncounted,
}

/// What becomes of an event whose attempt number `attempt`, from 1, failed so. `fraction`, from 0 to
/// 1, places a delay within its jitter. While most events fail (`Counting::Uncounted`), failures
/// are put down to what the actors depend on, and no event is given up for them.
pub(super) fn disposition(
    ending: Ending,
    attempt: u32,
    policy: &RetryPolicy,
    counting: Counting,
    fraction: f64,
) -> Disposition {
    let class = match ending {
        Ending::LeaseLost => return Disposition::LetGo,
        Ending::GraceOver => return Disposition::HandBack,
        Ending::Undeclared => return Disposition::DeadLetter(DeadLetterReason::Undeclared),
        Ending::Unpublishable => return Disposition::DeadLetter(DeadLetterReason::Unpublishable),
        Ending::NotConfirmed | Ending::NotBegun => {
            let delay = policy.delay(policy.round(attempt), fraction);
            return Disposition::RetryLater(delay, Counting::Uncounted);
        }
        Ending::Failed(class) => class,
    };
    let retry = match class {
        FailureClass::Terminal => return Disposition::DeadLetter(DeadLetterReason::Terminal),
        FailureClass::Undecodable => {
            return Disposition::DeadLetter(DeadLetterReason::Undecodable);
        }
        FailureClass::UnknownType => {
            return Disposition::DeadLetter(DeadLetterReason::UnknownType);
        }
        FailureClass::Retry => policy.after(attempt, fraction),
        FailureClass::RetryAfter(delay) => match policy.after(attempt, fraction) {
            Retry::Never => Retry::Never,
            Retry::Now | Retry::After(_) => Retry::After(delay),
        },
    };
    match (retry, counting) {
        (Retry::Now, Counting::Counted) => Disposition::RetryNow,
        (Retry::After(delay), _) => Disposition::RetryLater(delay, counting),
        (Retry::Never, Counting::Counted) => {
            Disposition::DeadLetter(DeadLetterReason::AttemptsExhausted)
        }
        // A probe is one attempt; and while nothing is given up, the delay stays what it was.
        (Retry::Now | Retry::Never, Counting::Uncounted) => {
            let delay = policy.delay(policy.round(attempt), fraction);
            Disposition::RetryLater(delay, Counting::Uncounted)
        }
    }
}

/// Why an event is not even given to the actor.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) reason: DeadLetterReason,
    /// What is wrong with it, outermost first.
    pub(super) errors: Vec<String>,
}

/// Whether an event is given to the actor.
#[derive(Debug)]
pub(super) enum Admission {
    /// It is.
    Given,
    /// It is, as soon as nothing else is in work: it may have taken its workers down, or been beside
    /// the one that did.
    GivenAlone,
    /// Not now: it may have taken its workers down, and waits before it may do so again.
    Postponed {
        /// How many deliveries without a word that accounts for.
        silent: u32,
    },
    /// It is not, and never will be.
    Refused(Refusal),
}

/// What an event is held to before it is given to the actor.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) limits: &'a EventLimits,
    pub(super) hops_max: u32,
    pub(super) crashes_max: u32,
    pub(super) counting: AttemptCounting,
}

impl Entry<'_> {
    /// Whether the event of this lease is given to the actor.
    pub(super) fn admit(&self, lease: &Lease) -> Admission {
        let refuse = |reason, errors| Admission::Refused(Refusal { reason, errors });
        let lines = |error: &Error| chain(error).map(ToString::to_string).collect();
        if let Some(defect) = lease.defect() {
            return refuse(DeadLetterReason::Undecodable, lines(defect));
        }
        let event: &Event = lease.event();
        if let Err(error) = self.limits.check_size(event) {
            return refuse(DeadLetterReason::TooLarge, lines(&error));
        }
        let (hops, hops_max) = (event.hops(), self.hops_max);
        if hops > hops_max {
            let error = format!("{hops} events led to this one, and {hops_max} may");
            return refuse(DeadLetterReason::Loop, vec![error]);
        }
        let silent = lease.silence();
        match suspicion(silent, self.waits(lease), self.crashes_max, self.counting) {
            Suspicion::None if self.is_doubted(lease) => Admission::GivenAlone,
            Suspicion::None => Admission::Given,
            Suspicion::Doubt => Admission::Postponed {
                silent: self.suspicious(lease),
            },
            Suspicion::Certainty => {
                let max = self.crashes_max;
                let error =
                    format!("{silent} deliveries in a row ended without a word, and {max} may");
                refuse(DeadLetterReason::Crashed, vec![error])
            }
        }
    }

    /// What is to be noted of deliveries without a word when the event is put off for another reason
    /// before an actor was given it: all of them, but not as if it had waited for them.
    pub(super) fn unanswered(&self, lease: &Lease) -> u32 {
        lease.silence().min(self.suspicious(lease) - 1)
    }

    /// From how many deliveries without a word on it is suspected again.
    fn suspicious(&self, lease: &Lease) -> u32 {
        let often = self.crashes_max.saturating_add(1);
        self.waits(lease).saturating_add(1).saturating_mul(often)
    }

    /// Whether it has waited for being suspected, and nothing has been heard of it since. Where the
    /// count is exact there is no doubt.
    fn is_doubted(&self, lease: &Lease) -> bool {
        self.counting == AttemptCounting::Deliveries && self.waits(lease) > 0
    }

    /// How often it has waited for being suspected.
    fn waits(&self, lease: &Lease) -> u32 {
        lease.history().silent / self.crashes_max.saturating_add(1)
    }
}

/// Whether an event is taken for the cause of crashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Suspicion {
    None,
    /// It may be.
    Doubt,
    Certainty,
}

/// How sure it is that an event crashes whoever takes it, of which this many deliveries in a row
/// ended without a word, and which has waited for that so often.
///
/// Where every delivery is counted, many of them reached no actor: they were fetched ahead when the
/// connection broke, or handed back because nothing could be published. A broker that comes and
/// goes a few times would have every waiting event given up. So the event waits, with what was
/// counted noted down, and is given up when that has helped twice.
fn suspicion(silent: u32, waits: u32, crashes_max: u32, counting: AttemptCounting) -> Suspicion {
    const WAITS_MAX: u32 = 2;
    let often = crashes_max.saturating_add(1);
    let suspected = silent >= waits.saturating_add(1).saturating_mul(often);
    let certain = match counting {
        AttemptCounting::Exact => true,
        AttemptCounting::Deliveries => waits >= WAITS_MAX,
    };
    match (suspected, certain) {
        (false, _) => Suspicion::None,
        (true, false) => Suspicion::Doubt,
        (true, true) => Suspicion::Certainty,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use Counting::{Counted, Uncounted};
    use Disposition::{DeadLetter, HandBack, LetGo, RetryLater, RetryNow};

    fn policy() -> RetryPolicy {
        // Attempts 1 and 2 at once, 3 and 4 after ten seconds, then no more.
        RetryPolicy::default()
            .with_immediate(1)
            .with_delayed(1)
            .with_base(Duration::from_secs(10))
    }

    #[test]
    fn every_ending_has_its_disposition() {
        let ten = Duration::from_secs(10);
        let hour = Duration::from_secs(3600);
        let retry = Ending::Failed(FailureClass::Retry);
        let later = Ending::Failed(FailureClass::RetryAfter(hour));
        let terminal = Ending::Failed(FailureClass::Terminal);
        let undecodable = Ending::Failed(FailureClass::Undecodable);
        let unknown = Ending::Failed(FailureClass::UnknownType);
        let cases = [
            (retry, 1, Counted, RetryNow),
            (retry, 2, Counted, RetryLater(ten, Counted)),
            (retry, 3, Counted, RetryNow),
            (
                retry,
                4,
                Counted,
                DeadLetter(DeadLetterReason::AttemptsExhausted),
            ),
            (
                retry,
                9,
                Counted,
                DeadLetter(DeadLetterReason::AttemptsExhausted),
            ),
            (retry, 1, Uncounted, RetryLater(ten, Uncounted)),
            (retry, 4, Uncounted, RetryLater(2 * ten, Uncounted)),
            (later, 1, Counted, RetryLater(hour, Counted)),
            (
                later,
                4,
                Counted,
                DeadLetter(DeadLetterReason::AttemptsExhausted),
            ),
            (terminal, 1, Counted, DeadLetter(DeadLetterReason::Terminal)),
            (
                terminal,
                1,
                Uncounted,
                DeadLetter(DeadLetterReason::Terminal),
            ),
            (
                undecodable,
                1,
                Counted,
                DeadLetter(DeadLetterReason::Undecodable),
            ),
            (
                unknown,
                1,
                Counted,
                DeadLetter(DeadLetterReason::UnknownType),
            ),
            (
                unknown,
                1,
                Uncounted,
                DeadLetter(DeadLetterReason::UnknownType),
            ),
            (
                Ending::Undeclared,
                1,
                Counted,
                DeadLetter(DeadLetterReason::Undeclared),
            ),
            (
                Ending::Unpublishable,
                1,
                Counted,
                DeadLetter(DeadLetterReason::Unpublishable),
            ),
            (
                Ending::NotConfirmed,
                4,
                Counted,
                RetryLater(2 * ten, Uncounted),
            ),
            (Ending::NotBegun, 4, Counted, RetryLater(2 * ten, Uncounted)),
            (Ending::LeaseLost, 4, Counted, LetGo),
            (Ending::GraceOver, 4, Counted, HandBack),
        ];
        for (ending, attempt, counting, expected) in cases {
            let is = disposition(ending, attempt, &policy(), counting, 1.0);
            assert_eq!(is, expected, "{ending:?} {attempt} {counting:?}");
        }
    }

    #[test]
    fn silence_is_certainty_at_once_or_the_third_time() {
        use AttemptCounting::{Deliveries, Exact};
        let cases = [
            (5, 0, Exact, Suspicion::None),
            (6, 0, Exact, Suspicion::Certainty),
            (5, 0, Deliveries, Suspicion::None),
            (6, 0, Deliveries, Suspicion::Doubt),
            // However many there were before anybody looked.
            (44, 0, Deliveries, Suspicion::Doubt),
            (11, 1, Deliveries, Suspicion::None),
            (12, 1, Deliveries, Suspicion::Doubt),
            (17, 2, Deliveries, Suspicion::None),
            (18, 2, Deliveries, Suspicion::Certainty),
        ];
        for (silent, noted, counting, expected) in cases {
            let is = suspicion(silent, noted, 5, counting);
            assert_eq!(
                is, expected,
                "{silent}, {noted} of them noted, {counting:?}"
            );
        }
    }

    fn any_ending() -> impl Strategy<Value = Ending> {
        prop_oneof![
            Just(Ending::Failed(FailureClass::Retry)),
            (0..10_000_u64).prop_map(|seconds| {
                Ending::Failed(FailureClass::RetryAfter(Duration::from_secs(seconds)))
            }),
            Just(Ending::NotConfirmed),
            Just(Ending::NotBegun),
            Just(Ending::LeaseLost),
            Just(Ending::GraceOver),
        ]
    }

    proptest! {
        #[test]
        fn what_may_go_away_by_itself_is_never_given_up_while_failures_do_not_count(
            ending in any_ending(), attempt in 1..1_000_u32, fraction in 0.0..=1.0,
        ) {
            let decided = disposition(ending, attempt, &policy(), Uncounted, fraction);
            prop_assert!(!matches!(decided, DeadLetter(_) | RetryNow | RetryLater(_, Counted)));
        }

        #[test]
        fn an_event_is_given_up_after_as_many_attempts_as_the_policy_allows(
            immediate in 0..5_u32, delayed in 0..5_u32, fraction in 0.0..=1.0,
        ) {
            let policy = RetryPolicy::default().with_immediate(immediate).with_delayed(delayed);
            let failed = Ending::Failed(FailureClass::Retry);
            let decide = |attempt| disposition(failed, attempt, &policy, Counted, fraction);
            let given_up = DeadLetter(DeadLetterReason::AttemptsExhausted);
            let last = (1..1_000).find(|attempt| decide(*attempt) == given_up);
            prop_assert_eq!(last, Some(policy.attempts_max()));
        }
    }
}
