//! Each mutation that comes from outside makes the simulation red within so many drawn seeds, which
//! are green without it.

use beehive_core::testing::{Fault, FaultPlan};
use beehive_tests::mutations::Mutation;
use beehive_tests::simulation::{Keeping, Played, Scenario, Spoilt, play};

/// What comes of a drawn seed, with or without a mutation.
fn played(seed: u64, spoilt: Spoilt) -> Played {
    let mut scenario = Scenario::drawn(seed);
    scenario.spoilt = spoilt;
    play(&scenario, Keeping::Digest)
}

/// One of the first so many seeds finds it, in these words, and not without the mutation.
fn assert_caught(mutation: Mutation, seeds: u64, words: &str) {
    let spoilt = Spoilt::ByMutation(mutation);
    let says = |played: &Played| played.violations.iter().any(|it| it.contains(words));
    let caught = (0..seeds).find(|seed| says(&played(*seed, spoilt)));
    let seed = caught.unwrap_or_else(|| panic!("{mutation} went unnoticed in {seeds} seeds"));
    let sound = played(seed, Spoilt::Not);
    assert_eq!(sound.violations, Vec::<String>::new(), "red without it");
}

#[test]
fn inbox_off_is_caught() {
    assert_caught(Mutation::InboxOff, 60, "mailed/");
}

#[test]
fn ack_ignored_is_caught() {
    assert_caught(Mutation::AckIgnored, 60, "says it has committed");
}

#[test]
fn lease_cancellation_off_is_caught() {
    assert_caught(Mutation::LeaseCancellationOff, 400, "without a lease on");
}

#[test]
fn commit_before_publish_is_caught() {
    assert_caught(Mutation::CommitBeforePublish, 60, "without a lease on");
    // And by what it comes to: orders that are never shipped.
    assert_caught(Mutation::CommitBeforePublish, 60, "shipped/");
}

#[test]
fn derived_ids_off_is_caught() {
    assert_caught(Mutation::DerivedIdsOff, 60, "different ");
}

/// What it comes to: what the inbox does not know as done before is done again.
#[test]
fn without_derived_ids_the_inbox_protects_nothing() {
    let plan = FaultPlan::none()
        .with(Fault::ConfirmLost, 0.3)
        .with(Fault::PublishRefused, 0.3);
    let twice = (0..20).any(|seed| {
        let mut scenario = Scenario::fair(seed, plan);
        let sound = play(&scenario, Keeping::Digest);
        assert_eq!(sound.violations, Vec::<String>::new(), "seed {seed}");
        scenario.spoilt = Spoilt::ByMutation(Mutation::DerivedIdsOff);
        let played = play(&scenario, Keeping::Digest);
        played.violations.iter().any(|it| it.contains("mailed/"))
    });
    assert!(twice, "nothing was done again");
}

/// It is taken out within `beehive-rabbit`, and caught on a real broker (`tests/rabbit/mutations`).
#[test]
fn what_cannot_come_from_outside_is_not_passed_over() {
    let played = played(0, Spoilt::ByMutation(Mutation::MandatoryOff));
    let found = played.violations.join("\n");
    assert!(found.contains("cannot"), "{found}");
}
