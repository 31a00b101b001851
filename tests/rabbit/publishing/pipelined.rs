//! Of many events that are under way at one time, exactly those in no queue are told.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use beehive_core::event::Event;
use beehive_core::queue::EventQueue;
use beehive_rabbit::{QueueType, RabbitConfig, RabbitQueue};
use beehive_tests::trials::{Outcome, Place, Trial, trial};
use libtest_mimic::Failed;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Stage;
use super::stage::{TYPES, event, events, ids};

const EVENTS: usize = 4_000;
const CALLERS: usize = 50;
const RUNS: usize = 3;

pub(super) fn trials() -> Vec<Trial> {
    TYPES
        .into_iter()
        .map(|kind| {
            let name = format!("publishing::exactly_the_unroutable_are_told::{kind:?}");
            let run = move |place| exactly_the_unroutable_are_told(place, kind);
            trial(name.to_lowercase(), run).with_shared_broker()
        })
        .chain([trial(
            "publishing::a_batch_may_take_longer_than_a_confirm",
            a_batch_may_take_longer_than_a_confirm,
        )
        .with_shared_broker()])
        .collect()
}

async fn a_batch_may_take_longer_than_a_confirm(place: Place) -> Outcome {
    /// Windows are small, so that all of them take some seconds.
    const BATCH: usize = 4_000;
    let confirm = Duration::from_secs(2);
    let slow = |config: RabbitConfig| {
        config
            .with_confirm_timeout(confirm)
            .with_publish_window(NonZeroUsize::MIN)
    };
    let stage = Stage::shared_with(&place, slow).await?;
    let name = stage.declare("Flower-Bee").await?;
    let batch = events("Flower", BATCH);
    let start = Instant::now();
    stage.queue.publish(&batch).await?;
    if start.elapsed() < confirm {
        // Nothing was tried on a machine that is so fast.
        stage.queue.publish(&events("Flower", 20 * BATCH)).await?;
        assert!(start.elapsed() > confirm, "longer than a confirm may take");
    }
    let arrived = stage.take_all(&name).await?;
    assert_eq!(arrived[..BATCH], ids(&batch));
    Ok(())
}

async fn exactly_the_unroutable_are_told(place: Place, kind: QueueType) -> Outcome {
    let stage = Stage::shared_with(&place, |config| config.with_queue_type(kind)).await?;
    let name = stage.declare("Flower-Bee").await?;
    // Both topics exist, so nothing ends a channel.
    stage.queue.declare(&"Shipped-".parse()?).await?;
    for _ in 0..RUNS {
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            callers.spawn(publish_some(Arc::clone(&stage.queue), caller));
        }
        let mut routed = Vec::new();
        while let Some(some) = callers.join_next().await {
            routed.extend(some??);
        }
        let mut arrived = stage.take_all(&name).await?;
        routed.sort_unstable();
        arrived.sort_unstable();
        assert_eq!(arrived, routed);
        assert!(arrived.len() > EVENTS / 2);
    }
    Ok(())
}

/// Publishes a caller's share in batches of one to five; returns what is to be in the queue.
async fn publish_some(queue: Arc<RabbitQueue>, caller: usize) -> Result<Vec<String>, Failed> {
    let is_unroutable = |number: usize| (number + caller).is_multiple_of(7);
    let mut routed = Vec::new();
    let mut number = 0;
    while number < EVENTS / CALLERS {
        let batch: Vec<Event> = (number..number + 1 + (number + caller) % 5)
            .map(|number| {
                event(if is_unroutable(number) {
                    "Shipped"
                } else {
                    "Flower"
                })
            })
            .collect();
        number += batch.len();
        let receipt = queue.publish(&batch).await?;
        let unroutable: Vec<_> = (0..batch.len())
            .filter(|position| batch[*position].event_type() == "Shipped")
            .collect();
        assert_eq!(receipt.unrouted, unroutable);
        let is_routed = |event: &&Event| event.event_type() == "Flower";
        let some: Vec<_> = batch.iter().filter(is_routed).cloned().collect();
        routed.extend(ids(&some));
    }
    Ok(routed)
}
