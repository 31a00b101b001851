//! Queues that break a promise: each must be found out.

use std::num::NonZeroUsize;
use std::time::Duration;

use beehive_core::testing::{Fault, FaultPlan};
use beehive_tests::simulation::{Crime, Protection, Scenario, Spoilt};

use super::is_red;

/// The crime is found, and without it nothing is.
fn assert_found_out(plan: FaultPlan, crime: Crime, change: impl Fn(&mut Scenario)) {
    // Events must wait for one another, or there is nothing to confuse.
    let crowded = |scenario: &mut Scenario| {
        scenario.orders = 8;
        scenario.hives = 2;
        scenario.settings = scenario.settings.with_parallelism(NonZeroUsize::MIN);
        change(scenario);
    };
    let protection = Protection::Operations;
    assert!(!is_red(plan, protection, crowded), "red without a crime");
    let guilty = is_red(plan, protection, |scenario| {
        crowded(scenario);
        scenario.spoilt = Spoilt::ByCrime(crime);
    });
    assert!(guilty, "the crime went unnoticed");
}

#[test]
fn a_queue_that_confirms_and_drops_is_found_out() {
    assert_found_out(FaultPlan::none(), Crime::DropsConfirmed, |_| {});
}

#[test]
fn a_queue_that_commits_nothing_is_found_out() {
    assert_found_out(FaultPlan::none(), Crime::CommitsNothing, |_| {});
}

#[test]
fn a_queue_that_settles_by_place_is_found_out() {
    let plan = FaultPlan::none()
        .with(Fault::LeaseCut, 0.3)
        .with(Fault::Slow, 0.3);
    assert_found_out(plan, Crime::SettlesByPlace, |_| {});
}

#[test]
fn a_queue_that_keeps_what_is_handed_back_is_found_out() {
    // Something must be in work when a hive stops.
    let plan = FaultPlan::none().with(Fault::PublishRefused, 0.8);
    assert_found_out(plan, Crime::KeepsWhatIsHandedBack, |scenario| {
        scenario.restarts_max = 6;
        scenario.grace = Duration::ZERO;
    });
}
