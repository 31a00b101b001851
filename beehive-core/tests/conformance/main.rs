//! Every queue backend of this crate keeps every promise of the suite.

use std::sync::Arc;

use beehive_core::conformance::Case;
use beehive_core::conformance::queue::{QueueFixture, Timing, cases};
use beehive_core::queue::EventQueue;
use beehive_core::queue::memory::MemoryQueue;
use libtest_mimic::{Arguments, Failed, Trial};

mod limited;
#[path = "../support/mod.rs"]
mod support;

use limited::Limited;

fn main() {
    let mut trials = Vec::new();
    trials.extend(suite("memory", || Arc::new(MemoryQueue::default())));
    // What the queue in memory can do, others cannot; they are held to refusing it.
    trials.extend(suite("refusing", || Arc::new(Limited::refusing())));
    trials.extend(suite("bounded", || Arc::new(Limited::bounded())));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// One trial for each case that is for this backend, by its capabilities.
fn suite(backend: &'static str, open: fn() -> Arc<dyn EventQueue>) -> Vec<Trial> {
    let fixture = move || QueueFixture::new(open(), "case", Timing::default());
    let trial = |case: Case<QueueFixture>| {
        let name = format!("queue::{backend}::{}", case.name());
        Trial::test(name, move || {
            support::run(&case, fixture()).map_err(Failed::from)
        })
    };
    cases()
        .into_iter()
        .filter(|case| case.applies(&fixture()))
        .map(trial)
        .collect()
}
