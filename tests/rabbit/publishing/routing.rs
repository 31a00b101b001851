//! What is in no queue is told.

use std::time::Duration;

use beehive_core::ErrorKind;
use beehive_core::queue::EventQueue;
use beehive_rabbit::{RabbitConfig, RabbitQueue, TopologyMode};
use beehive_tests::trials::{Outcome, Place, Trial, trial};
use lapin::options::{ExchangeDeleteOptions, QueueDeleteOptions};

use super::Stage;
use super::stage::{event, events, ids};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("publishing::an_end_point_is_told", an_end_point_is_told),
        trial(
            "publishing::a_queue_deleted_behind_our_back",
            a_queue_deleted,
        ),
        trial(
            "publishing::a_topic_deleted_behind_our_back",
            a_topic_deleted,
        ),
        trial("publishing::delays_deleted_behind_our_back", delays_deleted),
        trial("publishing::a_batch_stays_in_order", a_batch_stays_in_order),
        trial(
            "publishing::a_mode_that_only_checks",
            a_mode_that_only_checks,
        ),
        trial(
            "publishing::a_missing_topic_harms_no_other",
            a_missing_topic,
        ),
        trial(
            "publishing::delayed_to_a_missing_queue",
            delayed_to_a_missing_queue,
        ),
    ]
    .into_iter()
    .map(Trial::with_shared_broker)
    .collect()
}

async fn an_end_point_is_told(place: Place) -> Outcome {
    let stage = Stage::shared(&place).await?;
    let name = stage.declare("Flower-Bee").await?;
    let batch = [
        event("Flower"),
        event("Shipped"),
        event("Flower"),
        event("Shipped"),
    ];
    for _ in 0..3 {
        let receipt = stage.queue.publish(&batch).await?;
        assert_eq!(receipt.unrouted, [1, 3]);
        let expected = ids(&[batch[0].clone(), batch[2].clone()]);
        assert_eq!(stage.take_all(&name).await?, expected);
    }
    assert!(stage.queue.exists(&"Shipped-".parse()?).await?);
    Ok(())
}

async fn a_queue_deleted(place: Place) -> Outcome {
    a_deleted_queue_is_noticed(place, |config| config).await
}

/// Whoever publishes to a queue that somebody deleted is told.
pub(crate) async fn a_deleted_queue_is_noticed(
    place: Place,
    configure: impl FnOnce(RabbitConfig) -> RabbitConfig,
) -> Outcome {
    let stage = Stage::shared_with(&place, configure).await?;
    let name = stage.declare("Flower-Bee").await?;
    let jobs = stage.declare("Jobs-Jobs").await?;
    let batch = [event("Flower"), event("Job").with_destination(jobs.clone())];
    assert_eq!(stage.queue.publish(&batch).await?.unrouted, [0; 0]);
    for queue in [&name, &jobs] {
        let queue = stage.at_broker(queue).into();
        let deleted = stage
            .client
            .channel
            .queue_delete(queue, QueueDeleteOptions::default());
        deleted.await?;
    }
    let Err(error) = stage.queue.publish(&batch).await else {
        return Err("an event to a queue that is gone was confirmed".into());
    };
    assert_eq!(error.receipt().unrouted, [0]);
    assert_eq!(error.failures().len(), 1);
    assert_eq!(error.failures()[0].position, 1);
    assert_eq!(error.failures()[0].error.kind(), ErrorKind::NotFound);
    // Declared again, all is as before.
    stage.queue.declare(&name).await?;
    stage.queue.declare(&jobs).await?;
    assert_eq!(stage.queue.publish(&batch).await?.unrouted, [0; 0]);
    Ok(())
}

async fn a_topic_deleted(place: Place) -> Outcome {
    let stage = Stage::shared(&place).await?;
    let name = stage.declare("Flower-Bee").await?;
    stage.queue.publish(&events("Flower", 20)).await?;
    let exchange = stage.exchange("Flower").into();
    let deleted = stage
        .client
        .channel
        .exchange_delete(exchange, ExchangeDeleteOptions::default());
    deleted.await?;
    let receipt = stage.queue.publish(&[event("Flower")]).await?;
    assert_eq!(receipt.unrouted, [0], "its bindings are gone with it");
    stage.queue.declare(&name).await?;
    assert_eq!(
        stage.queue.publish(&[event("Flower")]).await?.unrouted,
        [0; 0]
    );
    assert_eq!(stage.take_all(&name).await?.len(), 21);
    Ok(())
}

async fn delays_deleted(place: Place) -> Outcome {
    let stage = Stage::shared(&place).await?;
    let name = stage.declare("Flower-Bee").await?;
    let later = || event("Flower").deliver_after(Duration::from_millis(200));
    stage.queue.publish(&[later()]).await?;
    let exchange = stage.exchange("delay.01").into();
    let deleted = stage
        .client
        .channel
        .exchange_delete(exchange, ExchangeDeleteOptions::default());
    deleted.await?;
    stage.queue.publish(&[later()]).await?;
    beehive_tests::trials::eventually("both arriving", Duration::from_secs(20), || async {
        let count = stage.count(&name).await?;
        Ok::<_, libtest_mimic::Failed>((count == 2).then_some(()))
    })
    .await
}

async fn a_batch_stays_in_order(place: Place) -> Outcome {
    let stage = Stage::shared(&place).await?;
    let name = stage.declare("Flower-Bee").await?;
    // The first in a new process goes alone; the windows after it are full.
    for count in [1, 500] {
        let batch = events("Flower", count);
        assert_eq!(stage.queue.publish(&batch).await?.unrouted, [0; 0]);
        assert_eq!(stage.take_all(&name).await?, ids(&batch));
    }
    Ok(())
}

async fn a_mode_that_only_checks(place: Place) -> Outcome {
    let checking = |config: RabbitConfig| config.with_topology(TopologyMode::Check);
    let stage = Stage::shared_with(&place, checking).await?;
    let first = stage.queue.publish(&[event("Flower")]).await;
    let Err(error) = first else {
        return Err("it declared a topic".into());
    };
    let failure = &error.failures()[0].error;
    assert_eq!(failure.kind(), ErrorKind::NotFound);
    assert!(failure.to_string().contains("topic: Flower"), "{failure}");
    assert!(!stage.queue.exists(&"Flower-".parse()?).await?);
    // Somebody who may declare it does so.
    let declaring = Stage::shared(&place).await?;
    let name = declaring.declare("Flower-Bee").await?;
    assert_eq!(
        stage.queue.publish(&[event("Flower")]).await?.unrouted,
        [0; 0]
    );
    assert_eq!(stage.take_all(&name).await?.len(), 1);
    Ok(())
}

async fn a_missing_topic(place: Place) -> Outcome {
    let declaring = Stage::shared(&place).await?;
    let name = declaring.declare("Flower-Bee").await?;
    let checking = |config: RabbitConfig| config.with_topology(TopologyMode::Check);
    let stage = Stage::shared_with(&place, checking).await?;
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..32 {
        let queue = std::sync::Arc::clone(&stage.queue);
        callers.spawn(async move { publish_or_miss(&queue, caller % 4 == 0).await });
    }
    while let Some(outcome) = callers.join_next().await {
        outcome??;
    }
    assert_eq!(stage.take_all(&name).await?.len(), 24 * 10);
    Ok(())
}

/// Ten events, one by one, to a topic that is there or to one that is not.
async fn publish_or_miss(queue: &RabbitQueue, misses: bool) -> Outcome {
    for _ in 0..10 {
        let event = event(if misses { "Missing" } else { "Flower" });
        match queue.publish(&[event]).await {
            Ok(receipt) => assert!(!misses && receipt.unrouted.is_empty()),
            Err(error) => {
                let failure = &error.failures()[0].error;
                assert!(misses, "{failure:?}");
                assert_eq!(failure.kind(), ErrorKind::NotFound);
            }
        }
    }
    Ok(())
}

async fn delayed_to_a_missing_queue(place: Place) -> Outcome {
    let stage = Stage::shared(&place).await?;
    let jobs = "Jobs-Jobs".parse()?;
    let job = event("Job")
        .with_destination(jobs)
        .deliver_after(Duration::from_mins(1));
    let Err(error) = stage.queue.publish(&[job]).await else {
        return Err("an event to a queue that does not exist was confirmed".into());
    };
    assert_eq!(error.failures()[0].error.kind(), ErrorKind::NotFound);
    Ok(())
}
