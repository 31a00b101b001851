//! The lives of one hive: it runs, dies or is stopped, and is started again.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use beehive_core::BoxError;
use beehive_core::hive::RunningHive;
use beehive_core::testing::Faults;
use tokio::time::sleep;

use super::record::Witness;
use super::trace::Who;
use super::world::World;

/// What a hive may take beyond its grace to stop: it hands back what it interrupted.
const BEYOND_GRACE: Duration = Duration::from_secs(5);

/// Why a process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It died.
    Crashed,
    /// It is to be replaced.
    Restarted,
    /// The run is over.
    Over,
}

impl World {
    /// Keeps one hive running until the run is over.
    pub(super) async fn keep_running(self: Arc<Self>, hive: u64) -> Result<(), BoxError> {
        let mut rng = fastrand::Rng::with_seed(self.scenario.seed ^ hive);
        let career = self.career(hive);
        for life in 0_u64.. {
            let who = Who::Hive { hive, life };
            let witness = self.witness(who);
            let faults = self.faults(hive, life);
            let started = self.logbook.elapsed();
            let version = career.version(started);
            witness.note(format_args!("starts, {version}"));
            let running = self.hive(version, who, &faults)?.build()?.start().await?;
            let next = career.next_restart(started);
            let end = tokio::select! {
                biased;
                () = self.over.cancelled() => End::Over,
                () = faults.crashed() => End::Crashed,
                () = self.due(next) => End::Restarted,
            };
            let end = match end {
                End::Crashed => {
                    witness.hear(&running.statistics());
                    drop(running);
                    End::Crashed
                }
                End::Restarted | End::Over => {
                    let drained = self.drain(running, &witness, &faults).await;
                    if drained { end } else { End::Crashed }
                }
            };
            witness.note(format_args!("ends, {end:?}"));
            let pause = match end {
                End::Over => return Ok(()),
                End::Restarted => {
                    self.restarts.fetch_add(1, Ordering::Relaxed);
                    Duration::ZERO
                }
                End::Crashed => {
                    self.crashes.fetch_add(1, Ordering::Relaxed);
                    Duration::from_millis(rng.u64(..60_000))
                }
            };
            tokio::select! {
                biased;
                () = self.over.cancelled() => return Ok(()),
                () = sleep(pause) => {}
            }
        }
        Ok(())
    }

    /// Waits until this time, or for ever.
    async fn due(&self, at: Option<Duration>) {
        match at {
            Some(at) => sleep(at.saturating_sub(self.logbook.elapsed())).await,
            None => std::future::pending().await,
        }
    }

    /// Stops a hive as an orchestrator does, unless it dies meanwhile. It must stop in time, and
    /// claim no more than it did.
    async fn drain(&self, running: RunningHive, witness: &Witness, faults: &Faults) -> bool {
        let begun = self.logbook.elapsed();
        witness.note(format_args!("is stopped"));
        let report = tokio::select! {
            biased;
            report = running.drain() => report,
            () = faults.crashed() => return false,
        };
        let took = self.logbook.elapsed().saturating_sub(begun);
        let allowed = self.scenario.grace + BEYOND_GRACE;
        if took > allowed {
            let what = format!("{} took {took:?} to stop, not {allowed:?}", witness.name());
            self.logbook.misconduct(what);
        }
        witness.hear(&report.statistics);
        true
    }
}
