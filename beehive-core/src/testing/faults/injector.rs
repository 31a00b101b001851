//! Decides at each occasion whether a fault strikes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::sleep;

use super::life::Life;
use super::{Fault, FaultLog, FaultPlan};
use crate::error::{Error, ErrorKind, Result};

/// The dice of one wrapper.
///
/// Each wrapper has its own, so that what is asked of one store does not change what befalls
/// another. They are thrown for every occasion, whatever the rate, so that a rate that is changed
/// moves no other fault to another place.
#[derive(Debug)]
pub(super) struct Injector {
    plan: FaultPlan,
    log: FaultLog,
    life: Arc<Life>,
    dice: Mutex<fastrand::Rng>,
}

impl Injector {
    pub(super) fn new(plan: FaultPlan, log: FaultLog, life: Arc<Life>, wrapper: &str) -> Self {
        // Wrappers of one seed must not throw alike.
        let seed = xxhash_rust::xxh3::xxh3_64_with_seed(wrapper.as_bytes(), plan.seed());
        Self {
            plan,
            log,
            life,
            dice: Mutex::new(fastrand::Rng::with_seed(seed)),
        }
    }

    pub(super) fn life(&self) -> &Life {
        &self.life
    }

    /// Whether this fault strikes now; if so, it is counted.
    pub(super) fn strikes(&self, fault: Fault) -> bool {
        let thrown = self.throw(fastrand::Rng::f64);
        let strikes = thrown < self.plan.rate(fault) && !self.life.is_calm();
        if strikes {
            self.log.note(fault);
        }
        strikes
    }

    /// Any time up to the plan's latency, in whole milliseconds.
    pub(super) fn some_time(&self) -> Duration {
        let most = u64::try_from(self.plan.latency().as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(self.throw(|dice| dice.u64(..=most)))
    }

    pub(super) fn shuffle<T>(&self, items: &mut [T]) {
        self.throw(|dice| dice.shuffle(items));
    }

    /// Heads or tails, for what is no fault by itself.
    pub(super) fn toss(&self) -> bool {
        self.throw(fastrand::Rng::bool)
    }

    /// A place where the process may die.
    pub(super) async fn crash_point(&self) {
        self.life.go_on().await;
        if self.strikes(Fault::Crash) {
            self.life.end();
            self.life.go_on().await;
        }
    }

    /// Begins an operation: it may be slow, and the process may die before it.
    pub(super) async fn begin(&self) {
        self.life.go_on().await;
        if self.strikes(Fault::Slow) {
            sleep(self.some_time()).await;
        }
        self.crash_point().await;
    }

    /// An operation that may fail before it did anything.
    pub(super) async fn read<T>(
        &self,
        refused: Fault,
        work: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        self.begin().await;
        if self.strikes(refused) {
            return Err(injected(refused));
        }
        let result = work.await;
        self.life.go_on().await;
        result
    }

    /// An operation that may fail before it did anything, or after it took effect.
    pub(super) async fn write<T>(
        &self,
        refused: Fault,
        unconfirmed: Fault,
        work: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        self.begin().await;
        if self.strikes(refused) {
            return Err(injected(refused));
        }
        let result = work.await;
        self.crash_point().await;
        if self.strikes(unconfirmed) && result.is_ok() {
            return Err(injected(unconfirmed));
        }
        result
    }

    fn throw<T>(&self, throw: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        throw(&mut self.dice.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The error that a caller gets when a fault struck.
pub(super) fn injected(fault: Fault) -> Error {
    Error::new(ErrorKind::Temporary, "a fault was injected").with_context("fault", fault)
}
