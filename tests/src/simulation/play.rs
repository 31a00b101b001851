//! One scenario, from its seed to what was wrong.

use std::time::Duration;

use beehive_core::BoxError;
use beehive_core::testing::{Fault, FaultLog};
use futures_util::FutureExt as _;

use super::panics::listened;
use super::protection::Protection;
use super::run::{Aftermath, run};
use super::scenario::Scenario;
use super::trace::{Keeping, TraceDigest};
use super::verdict;

/// What came of one scenario.
#[derive(Clone, Debug, Default)]
pub struct Played {
    /// Everything that is wrong; empty if all is well.
    pub violations: Vec<String>,
    /// How often which fault struck.
    pub faults: FaultLog,
    /// Processes that died, of themselves or of an order.
    pub crashes: u64,
    /// Processes that were stopped and replaced.
    pub restarts: u64,
    /// Events that the older version could not read, and that came again for the newer one.
    pub redriven: u64,
    /// How long it took in the time of the world.
    pub elapsed: Duration,
    /// How long the trace is.
    pub entries: u64,
    /// What two traces are compared by; `None` if the run was cut short.
    pub digest: Option<TraceDigest>,
    /// The trace, if it was to be kept.
    pub trace: Vec<String>,
}

/// Plays a scenario and looks at what came of it. An error and a panic are violations like others.
pub fn play(scenario: &Scenario, keeping: Keeping) -> Played {
    play_under(scenario, scenario.protection(), keeping)
}

/// The same, and expects of effects that they happened once as far as this protects them.
pub fn play_under(scenario: &Scenario, protection: Protection, keeping: Keeping) -> Played {
    let (played, panics) = listened(|| played(scenario, protection, keeping));
    let mut played = match played {
        Some(Ok(played)) => played,
        Some(Err(error)) => Played::cut_short(format!("the run failed: {error}")),
        None => Played::cut_short("the run panicked".into()),
    };
    let panics = panics.into_iter().map(|panic| format!("a panic: {panic}"));
    played.violations.extend(panics);
    played
}

fn played(
    scenario: &Scenario,
    protection: Protection,
    keeping: Keeping,
) -> Result<Played, BoxError> {
    let after = run(scenario, keeping)?;
    // The stores in memory answer at once.
    let violations = verdict::violations(&after, protection)
        .now_or_never()
        .ok_or("the world does not answer")??;
    Ok(Played::of(after, violations))
}

impl Played {
    fn of(after: Aftermath, violations: Vec<String>) -> Self {
        Self {
            violations,
            faults: after.faults,
            crashes: after.crashes.into(),
            restarts: after.restarts.into(),
            redriven: after.redriven.into(),
            elapsed: after.elapsed,
            entries: after.seen.trace.entries(),
            digest: Some(after.seen.trace.digest()),
            trace: after.seen.trace.lines().to_vec(),
        }
    }

    fn cut_short(why: String) -> Self {
        Self {
            violations: vec![why],
            ..Self::default()
        }
    }

    /// How often each kind of fault struck.
    pub fn fault_counts(&self) -> impl Iterator<Item = (Fault, u64)> {
        Fault::ALL
            .into_iter()
            .map(|fault| (fault, self.faults.count(fault)))
    }
}
