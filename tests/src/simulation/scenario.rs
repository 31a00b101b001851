//! What is simulated, as data.

use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

use beehive_core::hive::{FactorySettings, KillSwitchPolicy};
use beehive_core::queue::AttemptCounting;
use beehive_core::queue::memory::MemoryQueueOptions;
use beehive_core::recovery::RetryPolicy;
use beehive_core::testing::{Fault, FaultPlan};

use super::criminal::Crime;
use super::outage::Outage;
use super::protection::{BETWEEN, Protection, UNSETTLED};
use super::workflow::{Kind, Placed};
use crate::mutations::Mutation;

/// What is simulated.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Decides everything that is left open here.
    pub seed: u64,
    /// How many orders are placed.
    pub orders: u32,
    /// How many events wait in one queue at most; it refuses more.
    pub capacity: usize,
    /// How the queue counts attempts. Where it counts deliveries, the first order takes each process
    /// down that tries it, until it is given up.
    pub counting: AttemptCounting,
    /// How many processes there are at one time.
    pub hives: u64,
    /// How each actor is run.
    pub settings: FactorySettings,
    /// How long a hive that stops waits for what is in work.
    pub grace: Duration,
    /// What goes wrong around each process.
    pub plan: FaultPlan,
    /// After so many the hives stay alive, so that the run can end.
    pub crashes_max: u32,
    /// How often each hive is stopped and started again, at most.
    pub restarts_max: usize,
    /// When the stores are out, if they are.
    pub outage: Option<Outage>,
    /// When all must be done.
    pub limit: Duration,
    /// What spoils what the hives see.
    pub spoilt: Spoilt,
    /// What a planted fault does to the world while it runs.
    pub plant: Plant,
}

/// What spoils what the hives see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoilt {
    /// Nothing does.
    Not,
    /// A safeguard of beehive is missing.
    ByMutation(Mutation),
    /// Their queue breaks a promise.
    ByCrime(Crime),
}

/// What is planted to see whether it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// Nothing.
    Nothing,
    /// An event disappears from a subscription.
    Loss,
    /// An effect happens again.
    Duplicate,
    /// An event waits where nobody reads.
    Stuck,
    /// An event is given up that should not be.
    DeadLetter,
}

impl Scenario {
    /// The scenario that a seed draws.
    pub fn drawn(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed ^ 0x5eed);
        let crash = [0.0, 0.003, 0.02][rng.usize(..3)];
        let mut scenario = Self::fair(seed, FaultPlan::seeded(seed).with(Fault::Crash, crash));
        scenario.restarts_max = rng.usize(..4);
        scenario.grace = Duration::from_secs([0, 5, 30][rng.usize(..3)]);
        if rng.u8(..8) == 0 {
            scenario.orders += rng.u32(3..=7);
        }
        if rng.u8(..8) == 0 {
            // No fewer than there may be dead letters, which nobody takes away here.
            scenario.capacity = scenario.orders as usize + rng.usize(..3);
        }
        if rng.u8(..4) == 0 {
            scenario.outage = Some(Outage::drawn(&mut rng));
        }
        if rng.u8(..4) == 0 {
            scenario.settings = scenario.settings.with_lease(Duration::from_secs(2));
        }
        if rng.u8(..4) == 0 {
            let quick = KillSwitchPolicy::default()
                .with_window(2)
                .with_pause(Duration::from_secs(1), Duration::from_secs(5));
            scenario.settings = scenario.settings.with_kill_switch(quick);
        }
        if rng.u8(..8) == 0 {
            scenario.counting = AttemptCounting::Deliveries;
            let crashes_max = FactorySettings::default().crashes_max();
            scenario.settings = scenario.settings.with_crashes_max(crashes_max);
            for fault in UNSETTLED {
                scenario.plan = scenario.plan.with(fault, 0.0);
            }
        }
        if rng.u8(..4) == 0 {
            // Calmer weather, in which each effect happens once.
            for fault in BETWEEN {
                scenario.plan = scenario.plan.with(fault, 0.0);
            }
            scenario.outage = None;
        }
        scenario
    }

    /// A scenario with these faults and no others.
    pub fn fair(seed: u64, plan: FaultPlan) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let orders = rng.u32(2..=5);
        let hives = rng.u64(1..=3);
        let parallelism = NonZeroUsize::MIN.saturating_add(rng.usize(..4));
        let retry = RetryPolicy::default()
            .with_delayed(30)
            .with_max_delay(Duration::from_mins(1));
        let settings = FactorySettings::default()
            .with_parallelism(parallelism)
            // Cut leases and lost deliveries look like crashes; they are not the event's fault.
            .with_crashes_max(1_000)
            .with_retry(retry);
        Self {
            seed,
            orders,
            capacity: MemoryQueueOptions::default().capacity(),
            counting: AttemptCounting::Exact,
            hives,
            settings,
            grace: Duration::from_secs(30),
            plan: plan.with_seed(seed),
            crashes_max: 12,
            restarts_max: 0,
            outage: None,
            // Longer than all delays and retries of the worst weather take together.
            limit: Duration::from_hours(6),
            spoilt: Spoilt::Not,
            plant: Plant::Nothing,
        }
    }

    /// What protects effects from happening twice here.
    pub fn protection(&self) -> Protection {
        Protection::of(self)
    }

    /// Whether there is an order that takes its process down. Only one that counts deliveries is
    /// asked to tell it from those that are in work beside it.
    pub(super) fn has_deadly_order(&self) -> bool {
        self.counting == AttemptCounting::Deliveries
    }

    /// The orders.
    pub(super) fn placed(&self) -> impl Iterator<Item = Placed> {
        let mut rng = fastrand::Rng::with_seed(self.seed ^ 0x04de4);
        // Where the kill switch opens at once, an event that always fails may keep it open, and is
        // not given up meanwhile.
        let hopeless = self.settings.kill_switch() == KillSwitchPolicy::default();
        (0..self.orders).map(move |number| Placed {
            order: format!("order-{number}"),
            items: rng.u32(1..=4),
            kind: match Kind::drawn(&mut rng) {
                _ if number == 0 && self.has_deadly_order() => Kind::Deadly,
                Kind::Hopeless if !hopeless => Kind::Terminal,
                kind => kind,
            },
        })
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} orders, {} events in a queue at most, {} hives, {} events at one time each, leases of \
             {:?}, {} restarts at most with a grace of {:?}",
            self.orders,
            self.capacity,
            self.hives,
            self.settings.parallelism(),
            self.settings.lease(),
            self.restarts_max,
            self.grace,
        )?;
        if self.has_deadly_order() {
            f.write_str(", one order deadly")?;
        }
        if let Some(outage) = self.outage {
            write!(f, ", {outage}")?;
        }
        match self.spoilt {
            Spoilt::Not => Ok(()),
            Spoilt::ByMutation(mutation) => write!(f, ", {mutation}"),
            Spoilt::ByCrime(crime) => write!(f, ", {crime:?}"),
        }
    }
}
