//! Runs the suites of the stores against the stores in memory: each case on a paused clock, and
//! those that do not wait also on several threads, where races are real.

#![expect(
    clippy::expect_used,
    reason = "a test is to fail where what it builds upon does"
)]

#[path = "stores/limited.rs"]
mod limited;

use std::process::ExitCode;

use beehive_core::conformance::Case;
use beehive_core::conformance::collection::{self, CollectionFixture};
use beehive_core::conformance::counter::{self, CounterFixture};
use beehive_core::conformance::inbox::{self, InboxFixture};
use beehive_core::conformance::key_list::{self, KeyListFixture};
use beehive_core::conformance::key_value::{self, KeyValueFixture};
use beehive_core::conformance::lock::{self, LockFixture};
use beehive_core::store::memory::{
    MemoryCollection, MemoryCounter, MemoryInbox, MemoryKeyList, MemoryKeyValue, MemoryLock,
};
use libtest_mimic::{Arguments, Trial};
use limited::Limited;
use tokio::runtime::{Builder, Runtime};

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
    run(suite_on(
        several_threads,
        "key_value/threads",
        key_value::cases,
        || KeyValueFixture::new(MemoryKeyValue::default(), "run/"),
    ));
    run(suite_on(
        several_threads,
        "key_list/threads",
        key_list::cases,
        || KeyListFixture::new(MemoryKeyList::default(), "run-"),
    ));
    run(suite_on(
        several_threads,
        "collection/threads",
        collection::cases,
        || CollectionFixture::new(MemoryCollection::default(), "run-"),
    ));
    run(suite_on(
        several_threads,
        "counter/threads",
        counter::cases,
        || CounterFixture::new(MemoryCounter::default(), "run-"),
    ));
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn small_values() -> MemoryKeyValue {
    MemoryKeyValue::default().with_value_max(4096)
}

fn small_documents() -> MemoryCollection {
    MemoryCollection::default().with_value_max(4096)
}

/// The cases of a suite that apply to a backend, each with a fresh one, on a paused clock.
fn suite<F: Send + 'static>(
    backend: &'static str,
    cases: fn() -> Vec<Case<F>>,
    fixture: fn() -> F,
) -> Vec<Trial> {
    suite_on(paused_clock, backend, cases, fixture)
}

fn suite_on<F: Send + 'static>(
    runtime: fn() -> Runtime,
    backend: &'static str,
    cases: fn() -> Vec<Case<F>>,
    fixture: fn() -> F,
) -> Vec<Trial> {
    cases()
        .into_iter()
        .filter(|case| case.applies(&fixture()))
        .map(|case| {
            let name = format!("{backend}/{}", case.name());
            Trial::test(name, move || {
                let outcome = runtime().block_on(async { case.run(fixture()).await });
                outcome.map_err(|failure| failure.to_string().into())
            })
        })
        .collect()
}

fn paused_clock() -> Runtime {
    Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime needs no more than memory")
}

fn several_threads() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(4)
        .enable_time()
        .build()
        .expect("a runtime needs no more than memory and threads")
}
