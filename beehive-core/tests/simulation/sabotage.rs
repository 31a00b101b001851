//! Queues that break a promise, and a hive without an inbox: each must be found out.

use std::num::NonZeroUsize;
use std::sync::Arc;

use beehive_core::prelude::*;
use beehive_core::testing::{Fault, FaultPlan};

use crate::criminal::{Crime, criminal};
use crate::verdict::{Protection, violations};
use crate::world::{Scenario, run};

/// Whether any of the first seeds finds something wrong.
fn is_red(plan: FaultPlan, protection: Protection, change: impl Fn(&mut Scenario)) -> bool {
    const SEEDS: u64 = 20;
    (0..SEEDS).any(|seed| {
        let mut scenario = Scenario::fair(seed, plan);
        change(&mut scenario);
        !violations(&run(&scenario), protection).is_empty()
    })
}

/// The crime is found, and without it nothing is.
fn assert_found_out(
    plan: FaultPlan,
    protection: Protection,
    crime: fn(Arc<dyn EventQueue>) -> Arc<dyn EventQueue>,
) {
    // Events must wait for one another, or there is nothing to confuse.
    let crowded = |scenario: &mut Scenario| {
        scenario.orders = 8;
        scenario.hives = 2;
        scenario.parallelism = NonZeroUsize::MIN;
    };
    assert!(!is_red(plan, protection, crowded), "red without a crime");
    let guilty = is_red(plan, protection, |scenario| {
        crowded(scenario);
        scenario.sabotage = crime;
    });
    assert!(guilty, "the crime went unnoticed");
}

#[test]
fn a_queue_that_confirms_and_drops_is_found_out() {
    assert_found_out(FaultPlan::none(), Protection::Operations, |queue| {
        criminal(queue, Crime::DropsConfirmed)
    });
}

#[test]
fn a_queue_that_commits_on_delivery_is_found_out() {
    let plan = FaultPlan::none().with(Fault::Crash, 0.02);
    assert_found_out(plan, Protection::Operations, |queue| {
        criminal(queue, Crime::CommitsOnDelivery)
    });
}

#[test]
fn a_queue_that_commits_nothing_is_found_out() {
    assert_found_out(FaultPlan::none(), Protection::Operations, |queue| {
        criminal(queue, Crime::CommitsNothing)
    });
}

#[test]
fn a_queue_that_settles_by_place_is_found_out() {
    let plan = FaultPlan::none()
        .with(Fault::LeaseCut, 0.3)
        .with(Fault::Slow, 0.3);
    assert_found_out(plan, Protection::Operations, |queue| {
        criminal(queue, Crime::SettlesByPlace)
    });
}

#[test]
fn follow_ups_without_derived_ids_are_found_out() {
    let plan = FaultPlan::none().with(Fault::ConfirmLost, 0.3);
    assert_found_out(plan, Protection::Inbox, |queue| {
        criminal(queue, Crime::ForgetsIds)
    });
}

#[test]
fn a_hive_without_an_inbox_is_found_out() {
    let plan = FaultPlan::none().with(Fault::Duplicated, 0.3);
    assert!(!is_red(plan, Protection::Inbox, |_| {}));
    assert!(is_red(plan, Protection::Inbox, |scenario| scenario.inbox = false));
}
