//! The checker finds what is planted: a run that cannot fail proves nothing.

use std::time::Duration;

use beehive_core::testing::{Fault, FaultPlan};

use crate::verdict::{Protection, violations};
use crate::world::{Plant, Scenario, run};

/// What is found in a run in fine weather, with something planted.
fn found(plant: Plant) -> String {
    let mut scenario = Scenario::fair(2, FaultPlan::none());
    scenario.plant = plant;
    scenario.limit = Duration::from_hours(1);
    violations(&run(&scenario), Protection::Inbox).join("\n")
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
        let after = run(&Scenario::fair(seed, plan));
        let wrong = violations(&after, Protection::Inbox);
        assert_eq!(wrong, Vec::<String>::new(), "seed {seed}");
        assert!(after.faults.count(Fault::Duplicated) > 0);
    }
}
