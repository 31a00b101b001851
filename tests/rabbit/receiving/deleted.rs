//! Queues that are deleted under their receiver.

use beehive_core::ErrorKind;
use beehive_core::queue::EventQueue;
use beehive_tests::services::shared_broker;
use beehive_tests::trials::{Outcome, Place, Trial, trial};
use futures_util::future::join;
use lapin::options::{QueueBindOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use std::num::NonZeroUsize;
use tokio::time::timeout;

use super::Stage;
use super::stage::{SOON, id_of};
use crate::amqp::Client;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial(
            "receiving::a_deleted_queue_is_told",
            a_deleted_queue_is_told,
        )
        .with_shared_broker(),
        trial(
            "receiving::a_cancelled_consumer_is_made_again",
            a_cancelled_consumer_is_made_again,
        )
        .with_shared_broker(),
    ]
}

/// F14: who reads is told at once, and with a new receiver work goes on.
async fn a_deleted_queue_is_told(place: Place) -> Outcome {
    let stage = Stage::shared(&place).await?;
    stage.publish(2).await?;
    let mut bee = stage.bee(1).await?;
    let lease = bee.one().await?;
    let (received, deleted) = join(
        bee.receiver.receive(NonZeroUsize::MIN, SOON),
        stage.queue.delete(&stage.bee),
    )
    .await;
    deleted?;
    let error = received.err().ok_or("something came of a deleted queue")?;
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    timeout(SOON, lease.lost()).await?;
    stage.queue.declare(&stage.bee).await?;
    let ids = stage.publish(3).await?;
    let mut again = stage.bee(10).await?;
    again.commit_exactly(&ids).await?;
    Ok(())
}

/// F14: the broker cancels the consumer of a queue that is there again at once. The receiver goes
/// on without a word, or says that it cannot read and then goes on.
async fn a_cancelled_consumer_is_made_again(place: Place) -> Outcome {
    let stage = Stage::shared(&place).await?;
    let mut bee = stage.bee(4).await?;
    bee.nothing().await?;
    let client = Client::connect(&shared_broker().ok_or("no shared broker")?).await?;
    let name = stage.at_broker("Flower-Bee");
    for _ in 0..3 {
        let deleting = client
            .channel
            .queue_delete(name.as_str().into(), QueueDeleteOptions::default());
        // Polled together: the second question is on its way before the first is answered.
        let (deleted, declared) = join(deleting, client.declare(&name, "classic")).await;
        deleted?;
        declared?;
        let bound = client.channel.queue_bind(
            name.as_str().into(),
            stage.at_broker("Flower").into(),
            "".into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        );
        bound.await?;
        let ids = stage.publish(1).await?;
        let start = tokio::time::Instant::now();
        let lease = loop {
            match bee.one().await {
                Ok(lease) => break lease,
                Err(error) => assert!(start.elapsed() < SOON, "{error:?}"),
            }
        };
        assert!(ids.contains(&id_of(&lease)));
        lease.commit().await?;
    }
    Ok(())
}
