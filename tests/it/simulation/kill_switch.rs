//! The stores are out for an hour, and nothing is given up for it.

use std::num::NonZeroUsize;
use std::time::Duration;

use beehive_core::hive::KillSwitchPolicy;
use beehive_core::recovery::RetryPolicy;
use beehive_core::testing::FaultPlan;
use beehive_tests::simulation::{Keeping, Outage, OutageScope, Scenario, play};

/// The stores are out from the first order on, for longer than the default policy tries an event.
fn outage(seed: u64, policy: KillSwitchPolicy) -> Scenario {
    let mut scenario = Scenario::fair(seed, FaultPlan::none());
    scenario.orders = 8;
    scenario.hives = 1;
    scenario.settings = scenario
        .settings
        .with_parallelism(NonZeroUsize::MIN)
        .with_retry(RetryPolicy::default())
        .with_kill_switch(policy);
    scenario.outage = Some(Outage {
        from: Duration::ZERO,
        length: Duration::from_hours(1),
        scope: OutageScope::AllButInbox,
    });
    scenario
}

#[test]
fn nothing_is_given_up_in_an_outage_that_the_kill_switch_sits_out() {
    let quick = KillSwitchPolicy::default().with_window(2);
    let never = quick.with_share(1.1);
    for seed in 0..3 {
        let with = play(&outage(seed, quick), Keeping::Digest);
        assert_eq!(with.violations, Vec::<String>::new(), "seed {seed}");
        assert!(with.elapsed > Duration::from_hours(1), "{:?}", with.elapsed);
        let without = play(&outage(seed, never), Keeping::Digest);
        let found = without.violations.join("\n");
        assert!(found.contains("was given up"), "seed {seed}: {found}");
    }
}
