//! The checker finds what is planted: a run that cannot fail proves nothing.

use std::time::Duration;

use beehive_core::testing::{Fault, FaultPlan};
use beehive_tests::simulation::{Keeping, Plant, Protection, Scenario, play, play_under};

/// What is found in a run in fine weather, with something planted.
fn found(plant: Plant) -> String {
    let mut scenario = Scenario::fair(2, FaultPlan::none());
    scenario.plant = plant;
    scenario.limit = Duration::from_hours(1);
    play(&scenario, Keeping::Digest).violations.join("\n")
}

#[test]
fn fine_weather_leaves_nothing_to_find() {
    assert_eq!(found(Plant::Nothing), "");
}

#[test]
fn a_planted_loss_is_found() {
    let found = found(Plant::Loss);
    assert!(found.contains("audited/order-0 is 0, not 1"), "{found}");
}

#[test]
fn a_planted_duplicate_is_found() {
    let found = found(Plant::Duplicate);
    assert!(found.contains("shipped/order-0 is 2, not 1"), "{found}");
}

#[test]
fn a_planted_stuck_event_is_found() {
    let found = found(Plant::Stuck);
    assert!(found.contains("not idle after 3600s"), "{found}");
    assert!(
        found.contains("OrderShipped-Nobody is not empty"),
        "{found}"
    );
}

#[test]
fn a_planted_dead_letter_is_found() {
    let found = found(Plant::DeadLetter);
    assert!(found.contains("was given up"), "{found}");
}

#[test]
fn what_only_the_inbox_protects_happens_once_among_duplicates() {
    for seed in 0..30 {
        let plan = FaultPlan::none()
            .with(Fault::Duplicated, 0.5)
            .with(Fault::ConfirmLost, 0.3);
        let scenario = Scenario::fair(seed, plan);
        assert_eq!(scenario.protection(), Protection::Inbox);
        let played = play(&scenario, Keeping::Digest);
        assert_eq!(played.violations, Vec::<String>::new(), "seed {seed}");
        assert!(played.faults.count(Fault::Duplicated) > 0);
    }
}

/// Nothing but the order of things protects an effect from a process that dies after it.
#[test]
fn what_only_the_inbox_protects_may_happen_twice_where_processes_die() {
    let plan = FaultPlan::none().with(Fault::Crash, 0.05);
    let twice = (0..30).filter(|seed| {
        let scenario = Scenario::fair(*seed, plan);
        assert_eq!(scenario.protection(), Protection::Operations);
        let played = play_under(&scenario, Protection::Inbox, Keeping::Digest);
        let mailed = |violation: &String| violation.contains("mailed/");
        played.violations.iter().any(mailed)
    });
    assert!(twice.count() > 0, "more is protected than is said");
}

#[test]
fn what_a_hive_that_stops_has_in_work_is_done_or_handed_back() {
    let mut restarts = 0;
    for seed in 0..30 {
        let mut scenario = Scenario::fair(seed, FaultPlan::none().with(Fault::Delayed, 0.2));
        scenario.restarts_max = 3;
        let played = play(&scenario, Keeping::Digest);
        assert_eq!(played.violations, Vec::<String>::new(), "seed {seed}");
        restarts += played.restarts;
    }
    assert!(restarts > 30, "{restarts} restarts");
}

#[test]
fn what_an_older_version_cannot_read_comes_again_for_the_newer_one() {
    let mut redriven = 0;
    for seed in 0..60 {
        let mut scenario = Scenario::fair(seed, FaultPlan::none());
        scenario.restarts_max = 3;
        let played = play(&scenario, Keeping::Digest);
        assert_eq!(played.violations, Vec::<String>::new(), "seed {seed}");
        redriven += played.redriven;
    }
    assert!(redriven > 5, "{redriven} events");
}
