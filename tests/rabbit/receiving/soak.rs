//! Many events through one receiver.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use beehive_tests::trials::{Outcome, Place, Trial, trial};
use libtest_mimic::Failed;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Stage;
use super::stage::id_of;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial(
            "receiving::loses_and_doubles_nothing",
            loses_and_doubles_nothing,
        )
        .with_shared_broker()
        .with_deadline(Duration::from_mins(5)),
    ]
}

async fn loses_and_doubles_nothing(place: Place) -> Outcome {
    const EVENTS: usize = 20_000;
    const IN_FLIGHT: usize = 64;
    let stage = Arc::new(Stage::shared(&place).await?);
    let publishing = tokio::spawn({
        let stage = Arc::clone(&stage);
        async move {
            let mut ids = BTreeSet::new();
            while ids.len() < EVENTS {
                ids.append(&mut stage.publish(500).await?);
            }
            Ok::<_, Failed>(ids)
        }
    });
    let mut bee = stage.bee(IN_FLIGHT).await?;
    let slots = Arc::new(Semaphore::new(IN_FLIGHT));
    let mut commits = JoinSet::new();
    let mut seen = BTreeSet::new();
    let end = Instant::now() + Duration::from_mins(4);
    while seen.len() < EVENTS {
        assert!(Instant::now() < end, "{} of {EVENTS} came", seen.len());
        let max = NonZeroUsize::new(slots.available_permits()).unwrap_or(NonZeroUsize::MIN);
        for lease in bee.receiver.receive(max, Duration::from_secs(5)).await? {
            assert!(seen.insert(id_of(&lease)), "it came twice");
            assert_eq!(lease.attempt(), 1);
            let slot = Arc::clone(&slots).acquire_owned().await?;
            commits.spawn(async move {
                // In another order than they came.
                for _ in 0..fastrand::usize(..4) {
                    tokio::task::yield_now().await;
                }
                lease.commit().await.map(|()| drop(slot))
            });
        }
        while let Some(committed) = commits.try_join_next() {
            committed??;
        }
    }
    while let Some(committed) = commits.join_next().await {
        committed??;
    }
    assert_eq!(seen, publishing.await??);
    bee.nothing().await?;
    // Nor is anything left for another.
    bee.receiver.close().await?;
    stage.bee(1).await?.nothing().await
}
