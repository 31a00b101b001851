//! Networks that break under connections that are there.

use std::time::Duration;

use beehive_aws::Timeouts;
use beehive_core::ErrorKind;
use beehive_core::store::{CollectionStore as _, KeyValueStore as _, Precondition, PutOptions};
use beehive_tests::proxy::{Passage, Proxy};
use beehive_tests::services::aws::{Emulator, PART};
use beehive_tests::trials::{Outcome, Trial};
use futures_util::StreamExt as _;
use libtest_mimic::Failed;
use tokio::time::{Instant, timeout};

use super::{equal, fails};
use crate::emulator::{trial, unique};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("network::dead_connections", dead_connections),
        trial("network::no_way_out", no_way_out),
        trial("network::a_value_that_stops_coming", stops_coming),
    ]
}

const SECOND: Duration = Duration::from_secs(1);

/// A proxy before the emulator, and a configuration that leads through it over connections of the kind
/// that users have.
async fn through() -> Result<(Proxy, beehive_aws::AwsConfig), Failed> {
    let url = std::env::var("AWS_ENDPOINT_URL")?;
    let (proxy, url) = Proxy::in_front_of(&url).await?;
    let timeouts = Timeouts::default()
        .with_attempt(2 * SECOND)
        .with_operation(15 * SECOND);
    let config = Emulator::Whole.config().await;
    let config = config.with_endpoint_url(url).with_timeouts(timeouts);
    Ok((proxy, config))
}

/// Connections that wait in the pool are dead when they are used next.
async fn dead_connections() -> Outcome {
    let (proxy, config) = through().await?;
    let store = Emulator::Whole.dynamo(&config).await?.collection();
    let (orders, absent) = (unique(), Precondition::Absent);
    let put = |id: &'static str| store.put(&orders, id, id.into(), &absent);
    put("1").await?;
    proxy.reset_all();
    put("2").await?;
    // Nobody is told that the network is gone.
    proxy.set_both(Passage::BlackHole);
    let mut hangs = Box::pin(put("3"));
    if timeout(SECOND, &mut hangs).await.is_ok() {
        return Err(Failed::from("it was answered by nobody"));
    }
    proxy.set_both(Passage::Open);
    hangs.await?;
    for id in ["1", "2", "3"] {
        let found = store.get(&orders, id).await?;
        equal(id, found.map(|found| found.data), Some(id.into()))?;
    }
    Ok(())
}

/// Whatever it is, it ends.
async fn no_way_out() -> Outcome {
    let (proxy, config) = through().await?;
    let store = Emulator::Whole.dynamo(&config).await?.collection();
    let orders = unique();
    store.get(&orders, "1").await?;
    proxy.set_both(Passage::BlackHole);
    let start = Instant::now();
    let read = timeout(40 * SECOND, store.get(&orders, "1")).await?;
    fails("in a black hole", read, ErrorKind::Temporary)?;
    equal("in time", start.elapsed() < 20 * SECOND, true)?;
    proxy.set_both(Passage::Open);
    proxy.refuse().await?;
    proxy.reset_all();
    let read = store.get(&orders, "1").await;
    fails("refused", read, ErrorKind::Temporary)?;
    proxy.accept().await?;
    store.get(&orders, "1").await?;
    Ok(())
}

/// The answer began long ago, so that no time-out of the request counts any more.
async fn stops_coming() -> Outcome {
    let (proxy, config) = through().await?;
    let store = Emulator::Whole.s3(&config).await?;
    let key = unique();
    let value = vec![7; 5 * PART];
    store.put(&key, value.into(), PutOptions::default()).await?;
    let found = store.get(&key).await?.ok_or("it is not there")?;
    let mut pieces = found.value.into_stream();
    pieces.next().await.ok_or("nothing came")??;
    proxy.set_both(Passage::BlackHole);
    let read = async {
        loop {
            match pieces.next().await {
                Some(Ok(_)) => {}
                other => return other,
            }
        }
    };
    match timeout(60 * SECOND, read).await? {
        Some(Err(error)) => equal("kind", error.kind(), ErrorKind::Temporary),
        other => Err(format!("it ended with {other:?}").into()),
    }
}
