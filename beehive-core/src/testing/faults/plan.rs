//! How often which fault strikes, as data.

use std::time::Duration;

use super::Fault;

/// How often each kind of fault strikes, and the seed that decides when.
///
/// ```
/// use beehive_core::testing::{Fault, FaultPlan};
///
/// let plan = FaultPlan::none()
///     .with(Fault::ConfirmLost, 0.2)
///     .with(Fault::Duplicated, 0.2)
///     .with_seed(7);
/// assert_eq!(plan.rate(Fault::ConfirmLost), 0.2);
/// assert_eq!(plan.rate(Fault::Crash), 0.0);
/// assert_eq!(FaultPlan::seeded(7), FaultPlan::seeded(7));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaultPlan {
    seed: u64,
    rates: [f64; Fault::ALL.len()],
    latency: Duration,
}

impl FaultPlan {
    /// No faults.
    #[must_use]
    pub fn none() -> Self {
        Self {
            seed: 0,
            rates: [0.0; Fault::ALL.len()],
            latency: Duration::from_secs(20),
        }
    }

    /// A mixture that the seed draws: each kind strikes never, rarely or often, so that many seeds
    /// together try very different weathers. Only crashes must be asked for, because somebody has
    /// to start the hive again.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        /// Never as often as not: a fault must be able to hide behind another.
        const RATES: [f64; 6] = [0.0, 0.0, 0.01, 0.03, 0.08, 0.2];
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut plan = Self::none().with_seed(seed);
        for fault in Fault::ALL {
            let rate = RATES[rng.usize(..RATES.len())];
            if fault != Fault::Crash {
                plan = plan.with(fault, rate);
            }
        }
        plan
    }

    /// Has a fault strike this share of all occasions, from 0 to 1.
    #[must_use]
    pub fn with(mut self, fault: Fault, rate: f64) -> Self {
        self.rates[fault.index()] = rate.clamp(0.0, 1.0);
        self
    }

    /// Decides by another seed when faults strike.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How long something slow, delayed or cut takes at most. The default is 20 seconds.
    #[must_use]
    pub fn with_latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The share of occasions on which a fault strikes.
    pub fn rate(&self, fault: Fault) -> f64 {
        self.rates[fault.index()]
    }

    /// How long something slow, delayed or cut takes at most.
    pub fn latency(&self) -> Duration {
        self.latency
    }
}

impl Default for FaultPlan {
    /// No faults.
    fn default() -> Self {
        Self::none()
    }
}
