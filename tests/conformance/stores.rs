//! Backends of stores.

use std::time::Duration;

use beehive_aws::dynamo::DynamoStores;
use beehive_core::Result;
use beehive_core::conformance::Case;
use beehive_core::conformance::collection::{self, CollectionFixture};
use beehive_core::conformance::counter::{self, CounterFixture};
use beehive_core::conformance::inbox::{self, InboxFixture};
use beehive_core::conformance::key_list::{self, KeyListFixture};
use beehive_core::conformance::key_value::{self, KeyValueFixture};
use beehive_core::conformance::lock::{self, LockFixture};
use beehive_tests::conformance::{Opened, Opening, Site, Suite};
use beehive_tests::services::aws::{CLOCK_TOLERANCE, Emulator};
use beehive_tests::trials::{Service, Trial};
use libtest_mimic::Failed;

/// How long a lock of a case is held, and an entry of an inbox kept: a dozen calls of a busy emulator
/// fit into a quarter of it.
const HELD: Duration = Duration::from_secs(4);
/// What ends is over at the latest so much later: the tolerance of clocks, and some for the calls.
const OVER: Duration = Duration::from_millis(1500);
const _: () = assert!(OVER.as_millis() > CLOCK_TOLERANCE.as_millis());

/// The cases of every backend whose stores need a service.
pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = suite("collection::dynamo", collection::cases, |site| {
        Box::pin(async move {
            let store = dynamo().await?.collection();
            Ok(Opened::clean(CollectionFixture::new(store, prefix(&site))))
        })
    });
    trials.extend(suite("key_list::dynamo", key_list::cases, |site| {
        Box::pin(async move {
            let store = dynamo().await?.key_list();
            Ok(Opened::clean(KeyListFixture::new(store, prefix(&site))))
        })
    }));
    trials.extend(suite("counter::dynamo", counter::cases, |site| {
        Box::pin(async move {
            let store = dynamo().await?.counter();
            Ok(Opened::clean(CounterFixture::new(store, prefix(&site))))
        })
    }));
    trials.extend(suite("lock::dynamo", lock::cases, |site| {
        Box::pin(async move {
            let fixture = LockFixture::new(dynamo().await?.lock(), prefix(&site));
            Ok(Opened::clean(fixture.with_timing(HELD, OVER)))
        })
    }));
    trials.extend(suite("inbox::dynamo", inbox::cases, |_| {
        Box::pin(async {
            let fixture = InboxFixture::new(dynamo().await?.inbox());
            Ok(Opened::clean(fixture.with_timing(HELD, OVER)))
        })
    }));
    trials.extend(suite("key_value::s3", key_value::cases, |site| {
        Box::pin(s3(site, Emulator::Whole))
    }));
    // What LocalStack cannot do is tried on an emulator that can, with all the rest.
    let deletes = Suite {
        name: "key_value::s3_deletes",
        service: Service::S3_DELETES,
        cases: key_value::cases,
        open: |site| Box::pin(s3(site, Emulator::S3Deletes)),
    };
    trials.extend(deletes.trials());
    trials
}

/// The cases of a suite on the emulator of all of AWS.
fn suite<F: Send + 'static>(
    name: &'static str,
    cases: fn() -> Vec<Case<F>>,
    open: fn(Site) -> Opening<F>,
) -> Vec<Trial> {
    let suite = Suite {
        name,
        service: Service::AWS,
        cases,
        open,
    };
    suite.trials()
}

async fn dynamo() -> Result<DynamoStores> {
    let emulator = Emulator::Whole;
    emulator.dynamo(&emulator.config().await).await
}

async fn s3(site: Site, emulator: Emulator) -> Result<Opened<KeyValueFixture>, Failed> {
    let store = emulator.s3(&emulator.config().await).await?;
    Ok(Opened::clean(KeyValueFixture::new(store, prefix(&site))))
}

fn prefix(site: &Site) -> String {
    format!("{}-", site.case)
}
