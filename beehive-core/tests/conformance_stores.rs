//! Runs the suites of the stores against the stores in memory, each case on a paused clock.

#![expect(
    clippy::expect_used,
    reason = "a test is to fail where what it builds upon does"
)]

#[path = "stores/limited.rs"]
mod limited;

use std::process::ExitCode;

use beehive_core::conformance::collection::{self, CollectionFixture};
use beehive_core::conformance::counter::{self, CounterFixture};
use beehive_core::conformance::inbox::{self, InboxFixture};
use beehive_core::conformance::key_list::{self, KeyListFixture};
use beehive_core::conformance::key_value::{self, KeyValueFixture};
use beehive_core::conformance::lock::{self, LockFixture};
use beehive_core::conformance::{Case, Outcome};
use beehive_core::store::memory::{
    MemoryCollection, MemoryCounter, MemoryInbox, MemoryKeyList, MemoryKeyValue, MemoryLock,
};
use libtest_mimic::{Arguments, Trial};
use limited::Limited;

fn main() -> ExitCode {
    let mut trials = Vec::new();
    let mut run = |more: Vec<Trial>| trials.extend(more);
    run(suite("key_value/memory", key_value::cases, || {
        KeyValueFixture::new(MemoryKeyValue::default(), "run/")
    }));
    run(suite("key_value/small", key_value::cases, || {
        KeyValueFixture::new(small_values(), "run/")
    }));
    run(suite("key_value/limited", key_value::cases, || {
        KeyValueFixture::new(Limited(MemoryKeyValue::default()), "run/")
    }));
    run(suite("key_list/memory", key_list::cases, || {
        KeyListFixture::new(MemoryKeyList::default(), "run-")
    }));
    run(suite("key_list/limited", key_list::cases, || {
        KeyListFixture::new(Limited(MemoryKeyList::default()), "run-")
    }));
    run(suite("collection/memory", collection::cases, || {
        CollectionFixture::new(MemoryCollection::default(), "run-")
    }));
    run(suite("collection/small", collection::cases, || {
        CollectionFixture::new(small_documents(), "run-")
    }));
    run(suite("collection/limited", collection::cases, || {
        CollectionFixture::new(Limited(MemoryCollection::default()), "run-")
    }));
    run(suite("counter/memory", counter::cases, || {
        CounterFixture::new(MemoryCounter::default(), "run-")
    }));
    run(suite("lock/memory", lock::cases, || {
        LockFixture::new(MemoryLock::default(), "run-")
    }));
    run(suite("inbox/memory", inbox::cases, || {
        InboxFixture::new(MemoryInbox::default())
    }));
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn small_values() -> MemoryKeyValue {
    MemoryKeyValue::default().with_value_max(4096)
}

fn small_documents() -> MemoryCollection {
    MemoryCollection::default().with_value_max(4096)
}

/// The cases of a suite that apply to a backend, each with a fresh one.
fn suite<F: Send + 'static>(
    backend: &'static str,
    cases: fn() -> Vec<Case<F>>,
    fixture: fn() -> F,
) -> Vec<Trial> {
    cases()
        .into_iter()
        .filter(|case| on_paused_clock(|| async { case.applies(&fixture()) }))
        .map(|case| {
            let name = format!("{backend}/{}", case.name());
            Trial::test(name, move || {
                let outcome: Outcome = on_paused_clock(|| async { case.run(fixture()).await });
                outcome.map_err(|failure| failure.to_string().into())
            })
        })
        .collect()
}

fn on_paused_clock<W: Future>(work: impl FnOnce() -> W) -> W::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime needs no more than memory");
    runtime.block_on(async { work().await })
}
