//! While the broker is short of memory.

use std::time::Duration;

use beehive_core::queue::FailureHistory;
use beehive_tests::services::{Broker, BrokerOptions};
use beehive_tests::trials::{Outcome, Place, Trial, trial};
use tokio::time::timeout;

use super::Stage;
use super::stage::{SOON, id_of};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial(
            "receiving::commits_go_on_during_an_alarm",
            commits_go_on_during_an_alarm,
        )
        .with_brokers(1),
    ]
}

/// F31: what only tells the broker goes on; what must publish first fails in time, and its lease is
/// as it was before.
async fn commits_go_on_during_an_alarm(place: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let stage = Stage::open(&place, broker.url(), |config| {
        config
            .with_confirm_timeout(Duration::from_secs(1))
            .with_operation_timeout(Duration::from_secs(5))
    })
    .await?;
    let mut ids = stage.publish(4).await?;
    // Longer than a busy machine takes to tell its broker of an alarm.
    let mut bee = stage.bee_with(3, Duration::from_mins(10)).await?;
    let mut leases = bee.take(3).await?;
    broker.raise_memory_alarm().await?;
    let lease = leases.pop().ok_or("a third lease")?;
    ids.remove(&id_of(&lease));
    timeout(SOON, lease.commit()).await??;
    let lease = leases.pop().ok_or("a second lease")?;
    timeout(SOON, lease.abandon()).await??;
    let lease = leases.pop().ok_or("a first lease")?;
    let history = FailureHistory::default();
    let deferred = timeout(SOON, lease.defer(Duration::ZERO, history)).await?;
    let error = deferred.err().ok_or("published during an alarm")?;
    assert!(error.error.is_temporary(), "{error}");
    broker.clear_memory_alarm().await?;
    timeout(SOON, error.lease.commit()).await??;
    for _ in 0..2 {
        bee.one().await?.commit().await?;
    }
    Ok(())
}
