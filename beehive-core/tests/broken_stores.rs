//! The suites of the stores must fail stores with one defect each, in the case that is about it.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test is to fail where what it builds upon does"
)]

#[path = "stores/broken/mod.rs"]
mod broken;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::time::Duration;

use beehive_core::conformance::{Case, collection, counter, inbox, key_list, key_value, lock};

/// Runs all cases against each broken store; the named one must be among those that fail.
fn each_fails<F, D: Debug + Copy>(
    cases: fn() -> Vec<Case<F>>,
    fixture: impl Fn(D) -> F,
    whole: D,
    defects: &[(D, &str)],
) {
    let failed_with = |defect: D| -> BTreeSet<&str> {
        let failing = |case: &Case<F>| fails(case, || fixture(defect));
        cases()
            .iter()
            .filter(|case| failing(case))
            .map(Case::name)
            .collect()
    };
    // Else a failure would tell of the wrapper, not of the defect.
    assert_eq!(failed_with(whole), BTreeSet::new(), "without a defect");
    let mut unnoticed = Vec::new();
    let mut idle: BTreeSet<&str> = cases().iter().map(Case::name).collect();
    for (defect, intended) in defects {
        let failed = failed_with(*defect);
        idle.retain(|case| !failed.contains(case));
        if !failed.contains(intended) {
            unnoticed.push(format!(
                "{defect:?} should fail {intended}, failed {failed:?}"
            ));
        }
    }
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
    // A case that no defect fails may as well check nothing.
    assert!(idle.is_empty(), "no broken store fails {idle:?}");
}

/// Whether the case fails, on a clock of its own. One that does not end is no verdict.
fn fails<F>(case: &Case<F>, fixture: impl Fn() -> F) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime needs no more than memory");
    runtime.block_on(async {
        let fixture = fixture();
        if !case.applies(&fixture) {
            return false;
        }
        let outcome = tokio::time::timeout(Duration::from_hours(1), case.run(fixture)).await;
        outcome
            .expect("every case ends, whatever the store does")
            .is_err()
    })
}

#[test]
fn broken_key_value_stores_fail() {
    use broken::key_value::{BrokenKeyValue, Defect};
    let fixture = |defect| key_value::KeyValueFixture::new(BrokenKeyValue::new(defect), "run/");
    each_fails(key_value::cases, fixture, Defect::None, Defect::ALL);
}

#[test]
fn broken_collection_stores_fail() {
    use broken::collection::{BrokenCollection, Defect};
    let fixture =
        |defect| collection::CollectionFixture::new(BrokenCollection::new(defect), "run-");
    each_fails(collection::cases, fixture, Defect::None, Defect::ALL);
}

#[test]
fn broken_key_list_stores_fail() {
    use broken::key_list::{BrokenKeyList, Defect};
    let fixture = |defect| key_list::KeyListFixture::new(BrokenKeyList::new(defect), "run-");
    each_fails(key_list::cases, fixture, Defect::None, Defect::ALL);
}

#[test]
fn broken_counter_stores_fail() {
    use broken::counter::{BrokenCounter, Defect};
    let fixture = |defect| counter::CounterFixture::new(BrokenCounter::new(defect), "run-");
    each_fails(counter::cases, fixture, Defect::None, Defect::ALL);
}

#[test]
fn broken_lock_stores_fail() {
    use broken::lock::{BrokenLock, Defect};
    let fixture = |defect| lock::LockFixture::new(BrokenLock::new(defect), "run-");
    each_fails(lock::cases, fixture, Defect::None, Defect::ALL);
}

#[test]
fn broken_inboxes_fail() {
    use broken::inbox::{BrokenInbox, Defect};
    let fixture = |defect| inbox::InboxFixture::new(BrokenInbox::new(defect));
    each_fails(inbox::cases, fixture, Defect::None, Defect::ALL);
}
