//! The simulation: many seeds, and whether it would notice.

mod honesty;
mod kill_switch;
mod mutations;
mod sabotage;
mod seeds;
mod traces;

use beehive_core::testing::FaultPlan;
use beehive_tests::simulation::{Keeping, Protection, Scenario, play_under};

/// Whether any of the first seeds finds something wrong.
fn is_red(plan: FaultPlan, protection: Protection, change: impl Fn(&mut Scenario)) -> bool {
    const SEEDS: u64 = 20;
    (0..SEEDS).any(|seed| {
        let mut scenario = Scenario::fair(seed, plan);
        change(&mut scenario);
        let played = play_under(&scenario, protection, Keeping::Digest);
        !played.violations.is_empty()
    })
}
