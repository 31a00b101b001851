//! The verdict: pure, from what was found.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;

use super::findings::Findings;
use crate::journal::Injury;

/// Of so many faults, one at least must have hit work in flight.
const ONE_HIT_OF: usize = 2;
/// Three of four faults that were planned must have struck before all orders were over.
const STRUCK: usize = 3;
const STRUCK_OF: usize = 4;

/// What is said of a run, in the words of the field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Verdict {
    /// Orders that were to be placed.
    pub(crate) attempted: u64,
    /// Orders that the queue has confirmed.
    pub(crate) confirmed: u64,
    /// Orders that have ended.
    pub(crate) settled: usize,
    /// Confirmed orders and effects of which there is no trace, in no queue either.
    pub(crate) lost: usize,
    /// Effects that happened more than once.
    pub(crate) duplicated: usize,
    /// Events that are left, and orders that wait for them.
    pub(crate) stuck: usize,
    /// Deliveries that a fault hit and that were done all the same.
    pub(crate) recovered: usize,
    /// Deliveries that came again.
    pub(crate) redelivered: u64,
    pub(crate) dead_lettered: usize,
    /// Why, and how many of each.
    pub(crate) dead_letter_reasons: BTreeMap<String, usize>,
    pub(crate) faults_injected: usize,
    /// Faults that hit work in flight.
    pub(crate) faults_hit: usize,
    pub(crate) faults_by_kind: BTreeMap<&'static str, [usize; 2]>,
    pub(crate) recovery_seconds_median: f64,
    pub(crate) recovery_seconds_worst: f64,
    pub(crate) digest_equal: bool,
    pub(crate) elapsed_seconds: f64,
    /// Why the run failed; nothing when all is well.
    pub(crate) failures: Vec<String>,
}

impl Verdict {
    pub(crate) fn is_sound(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Judges a run.
pub(crate) fn judge(found: &Findings) -> Verdict {
    let left = found.rest.values().sum::<u64>();
    let left = usize::try_from(left).unwrap_or(usize::MAX);
    let waits = left > 0;
    let unsettled = found.effects.unsettled;
    let dead_by_accident = dead_by_accident(found);
    let hit = found.injuries.iter().filter(|injury| injury.hit > 0);
    let mut recoveries: Vec<_> = found.injuries.iter().filter_map(Injury::recovery).collect();
    recoveries.sort_unstable();
    let mut verdict = Verdict {
        attempted: found.attempted,
        confirmed: found.confirmed,
        settled: found.effects.settled,
        // Where something still waits for its turn, what did not end is not gone.
        lost: found.effects.missing + if waits { 0 } else { unsettled },
        duplicated: found.effects.repeated,
        stuck: left + if waits { unsettled } else { 0 },
        recovered: found.recovered,
        redelivered: found.redelivered,
        dead_lettered: found.dead.len(),
        dead_letter_reasons: reasons(found),
        faults_injected: found.injuries.len(),
        faults_hit: hit.count(),
        faults_by_kind: by_kind(found),
        recovery_seconds_median: seconds(recoveries.get(recoveries.len() / 2)),
        recovery_seconds_worst: seconds(recoveries.last()),
        digest_equal: found.effects.digest == found.in_memory,
        elapsed_seconds: seconds(Some(&found.elapsed)),
        failures: Vec::new(),
    };
    verdict.failures = failures(&verdict, found, &dead_by_accident);
    verdict
}

fn failures(verdict: &Verdict, found: &Findings, dead_by_accident: &[String]) -> Vec<String> {
    let mut failures = Vec::new();
    let mut fail = |fails: bool, why: String| {
        if fails {
            failures.push(why);
        }
    };
    fail(verdict.lost > 0, format!("{} lost", verdict.lost));
    fail(
        verdict.duplicated > 0,
        format!("{} effects duplicated", verdict.duplicated),
    );
    fail(verdict.stuck > 0, format!("{} stuck", verdict.stuck));
    for (queue, count) in &found.rest {
        fail(true, format!("{count} events are left in {queue}"));
    }
    fail(
        verdict.confirmed < verdict.attempted,
        format!(
            "only {} of {} orders were placed",
            verdict.confirmed, verdict.attempted
        ),
    );
    fail(
        !verdict.digest_equal,
        format!(
            "the digest is {} and in memory {}",
            found.effects.digest, found.in_memory
        ),
    );
    for violation in &found.effects.violations {
        fail(true, violation.clone());
    }
    for dead in dead_by_accident {
        fail(true, dead.clone());
    }
    for poisoned in missing_poison(found) {
        fail(true, format!("{poisoned} is in no dead letters"));
    }
    for fault in &found.faults {
        fail(true, fault.clone());
    }
    fail(
        verdict.faults_injected * STRUCK_OF < found.planned * STRUCK,
        format!(
            "only {} of {} faults struck",
            verdict.faults_injected, found.planned
        ),
    );
    fail(
        verdict.faults_hit * ONE_HIT_OF < verdict.faults_injected,
        format!(
            "only {} of {} faults hit work in flight, which proves too little",
            verdict.faults_hit, verdict.faults_injected
        ),
    );
    let unhealed = found.injuries.iter().filter(|injury| injury.open > 0);
    for injury in unhealed {
        fail(
            true,
            format!(
                "{} deliveries that {} hit have not ended",
                injury.open, injury.kind
            ),
        );
    }
    failures
}

/// Dead letters that nobody planted, in words.
fn dead_by_accident(found: &Findings) -> Vec<String> {
    let planted: BTreeSet<_> = found.poisoned.iter().collect();
    found
        .dead
        .iter()
        .filter(|dead| !planted.contains(&dead.event))
        .map(|dead| {
            format!(
                "{} of {} is a dead letter, {}: {}",
                dead.event, dead.queue, dead.reason, dead.error
            )
        })
        .collect()
}

fn missing_poison(found: &Findings) -> Vec<String> {
    let dead: BTreeSet<_> = found.dead.iter().map(|dead| &dead.event).collect();
    found
        .poisoned
        .iter()
        .filter(|id| !dead.contains(id))
        .map(ToString::to_string)
        .collect()
}

fn reasons(found: &Findings) -> BTreeMap<String, usize> {
    let mut reasons = BTreeMap::new();
    for dead in &found.dead {
        *reasons.entry(dead.reason.to_string()).or_default() += 1;
    }
    reasons
}

fn by_kind(found: &Findings) -> BTreeMap<&'static str, [usize; 2]> {
    let mut kinds = BTreeMap::<_, [usize; 2]>::new();
    for injury in &found.injuries {
        let [injected, hit] = kinds.entry(injury.kind).or_default();
        *injected += 1;
        *hit += usize::from(injury.hit > 0);
    }
    kinds
}

fn seconds(duration: Option<&Duration>) -> f64 {
    // Whole milliseconds: nobody reads further.
    let millis = duration.map_or(0, Duration::as_millis);
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use beehive_core::prelude::EventId;
    use beehive_core::queue::DeadLetterReason;

    use super::*;
    use crate::audit::{Dead, Effects};
    use crate::rest::Rest;

    fn sound() -> Findings {
        Findings {
            attempted: 10,
            confirmed: 10,
            effects: Effects {
                settled: 10,
                unsettled: 0,
                missing: 0,
                repeated: 0,
                violations: Vec::new(),
                digest: "d".to_owned(),
            },
            rest: Rest::new(),
            dead: vec![dead("poison/1")],
            poisoned: vec![EventId::parse("poison/1").unwrap()],
            planned: 2,
            injuries: vec![injury(2), injury(0)],
            recovered: 2,
            redelivered: 3,
            in_memory: "d".to_owned(),
            faults: Vec::new(),
            elapsed: Duration::from_secs(1),
        }
    }

    fn dead(event: &str) -> Dead {
        Dead {
            queue: "A-B".to_owned(),
            event: EventId::parse(event).unwrap(),
            reason: DeadLetterReason::Undecodable,
            error: "no order".to_owned(),
        }
    }

    fn injury(hit: usize) -> Injury {
        Injury {
            kind: "kill-worker",
            hit,
            open: 0,
            over: None,
            last: None,
        }
    }

    #[test]
    fn a_sound_run_has_no_failure() {
        let verdict = judge(&sound());
        assert_eq!(verdict.failures, [""; 0]);
        assert_eq!((verdict.lost, verdict.duplicated, verdict.stuck), (0, 0, 0));
        assert_eq!(verdict.faults_by_kind["kill-worker"], [2, 1]);
        assert_eq!(verdict.dead_letter_reasons["undecodable"], 1);
    }

    type Spoil = fn(&mut Findings);

    #[test]
    fn each_thing_that_is_wrong_fails_the_run() {
        let cases: [(&str, Spoil); 12] = [
            ("1 lost", |found| found.effects.missing = 1),
            ("2 lost", |found| found.effects.unsettled = 2),
            ("1 effects duplicated", |found| found.effects.repeated = 1),
            ("3 stuck", |found| {
                found.rest = Rest::from([("q".into(), 3)]);
            }),
            ("only 9 of 10 orders", |found| found.confirmed = 9),
            ("the digest is e", |found| found.effects.digest = "e".into()),
            ("oversold", |found| {
                found.effects.violations.push("oversold".into());
            }),
            ("order-1 of A-B is a dead letter", |found| {
                found.dead.push(dead("order-1"));
            }),
            ("poison/1 is in no dead letters", |found| found.dead.clear()),
            ("ended by itself", |found| {
                found.faults.push("ended by itself".into());
            }),
            ("only 2 of 5 faults struck", |found| found.planned = 5),
            ("only 0 of 2 faults hit", |found| found.injuries[0].hit = 0),
        ];
        for (expected, spoil) in cases {
            let mut found = sound();
            spoil(&mut found);
            let failures = judge(&found).failures;
            assert!(
                failures.iter().any(|failure| failure.contains(expected)),
                "{expected}: {failures:?}"
            );
        }
    }

    #[test]
    fn an_order_that_waits_is_stuck_and_one_that_nothing_waits_for_is_lost() {
        let mut found = sound();
        found.effects.unsettled = 1;
        assert_eq!((judge(&found).lost, judge(&found).stuck), (1, 0));
        found.rest.insert("q".into(), 2);
        assert_eq!((judge(&found).lost, judge(&found).stuck), (0, 3));
    }

    #[test]
    fn what_was_hit_and_has_not_ended_fails_the_run() {
        let mut found = sound();
        found.injuries[0].open = 1;
        assert!(!judge(&found).is_sound());
    }
}
