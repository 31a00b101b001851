//! The suites of the core, case by case.

use std::pin::Pin;
use std::time::Duration;

use beehive_core::Result;
use beehive_core::conformance::Case;
use beehive_core::conformance::collection::{self, CollectionFixture};
use beehive_core::conformance::counter::{self, CounterFixture};
use beehive_core::conformance::inbox::{self, InboxFixture};
use beehive_core::conformance::key_list::{self, KeyListFixture};
use beehive_core::conformance::key_value::{self, KeyValueFixture};
use beehive_core::conformance::lock::{self, LockFixture};
use libtest_mimic::Trial;
use tokio::runtime::Builder;

use crate::emulator::{Emulator, TOLERANCE, dynamo, s3_deletes_over, s3_over, unique};
use crate::trials::trial_on;
use crate::wire::Wire;

/// How long a lock of a case is held, and an entry of an inbox kept: a dozen calls of a busy emulator
/// fit into a quarter of it.
const HELD: Duration = Duration::from_secs(4);
/// What ends is over at the latest so much later: the tolerance of clocks, and some for the calls.
const OVER: Duration = Duration::from_millis(500);

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = suite("collection/dynamo", collection::cases, |prefix| {
        Box::pin(async { Ok(CollectionFixture::new(dynamo().await?.collection(), prefix)) })
    });
    trials.extend(suite("key_list/dynamo", key_list::cases, |prefix| {
        Box::pin(async { Ok(KeyListFixture::new(dynamo().await?.key_list(), prefix)) })
    }));
    trials.extend(suite("counter/dynamo", counter::cases, |prefix| {
        Box::pin(async { Ok(CounterFixture::new(dynamo().await?.counter(), prefix)) })
    }));
    trials.extend(suite("lock/dynamo", lock::cases, |prefix| {
        Box::pin(async {
            let fixture = LockFixture::new(dynamo().await?.lock(), prefix);
            Ok(fixture.with_timing(HELD, TOLERANCE + OVER))
        })
    }));
    trials.extend(suite("inbox/dynamo", inbox::cases, |_| {
        Box::pin(async {
            let fixture = InboxFixture::new(dynamo().await?.inbox());
            Ok(fixture.with_timing(HELD, TOLERANCE + OVER))
        })
    }));
    trials.extend(suite("key_value/s3", key_value::cases, |prefix| {
        Box::pin(async { Ok(KeyValueFixture::new(s3_over(&Wire::new()).await?, prefix)) })
    }));
    trials.extend(suite_on(
        Emulator::Second,
        "key_value/s3_deletes",
        key_value::cases,
        |prefix| {
            Box::pin(async {
                let store = s3_deletes_over(&Wire::new()).await?;
                Ok(KeyValueFixture::new(store, prefix))
            })
        },
    ));
    trials
}

type Opening<F> = Pin<Box<dyn Future<Output = Result<F>> + Send>>;

/// One trial for each case that is for this backend, in a place of its own.
fn suite<F: Send + 'static>(
    backend: &'static str,
    cases: fn() -> Vec<Case<F>>,
    open: fn(String) -> Opening<F>,
) -> Vec<Trial> {
    suite_on(Emulator::First, backend, cases, open)
}

fn suite_on<F: Send + 'static>(
    emulator: Emulator,
    backend: &'static str,
    cases: fn() -> Vec<Case<F>>,
    open: fn(String) -> Opening<F>,
) -> Vec<Trial> {
    // Opening asks nothing of the emulator, so this works without one.
    let any = block_on(open(String::new()));
    let of = |case: Case<F>| {
        let name = format!("{backend}/{}", case.name());
        trial_on(emulator, name, async move || {
            case.run(open(format!("{}-", unique())).await?).await?;
            Ok(())
        })
    };
    let cases = cases().into_iter().filter(|case| case.applies(&any));
    cases.map(of).collect()
}

fn block_on<F>(opening: Opening<F>) -> F {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime needs no more than memory");
    runtime.block_on(opening).expect("stores can be opened")
}
