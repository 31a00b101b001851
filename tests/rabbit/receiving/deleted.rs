//! Queues that are deleted under their receiver.

use beehive_core::ErrorKind;
use beehive_core::queue::EventQueue;
use beehive_rabbit::QueueType;
use beehive_tests::services::shared_broker;
use beehive_tests::trials::{Outcome, Place, Trial, trial};
use futures_util::future::join;
use lapin::options::QueueDeleteOptions;
use std::num::NonZeroUsize;
use std::time::Duration;
use tokio::time::{Instant, timeout};

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
        made_anew("quorum", QueueType::Quorum),
        made_anew("classic", QueueType::Classic),
    ]
}

fn made_anew(name: &str, kind: QueueType) -> Trial {
    trial(
        format!("receiving::a_{name}_queue_made_anew_is_heard"),
        move |place| a_queue_made_anew_is_heard(place, kind),
    )
    .with_shared_broker()
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

/// F14: a queue is deleted, and there again before its consumers are told. The broker cancels them, or
/// consumes from the new queue in their names, and then may lose what it delivers. The receiver goes
/// on without a word, or says that it cannot read and then goes on.
async fn a_queue_made_anew_is_heard(place: Place, kind: QueueType) -> Outcome {
    let url = shared_broker().ok_or("no shared broker")?;
    let stage = Stage::open(&place, &url, |config| {
        config
            .with_queue_type(kind)
            .with_silence_limit(Duration::from_secs(2))
    })
    .await?;
    let mut bee = stage.bee(4).await?;
    bee.nothing().await?;
    let client = Client::connect(&url).await?;
    let name = stage.at_broker("Flower-Bee");
    for _ in 0..3 {
        let options = QueueDeleteOptions::default();
        client
            .channel
            .queue_delete(name.as_str().into(), options)
            .await?;
        stage.queue.declare(&stage.bee).await?;
        let ids = stage.publish(1).await?;
        let start = Instant::now();
        let lease = loop {
            match bee.one().await {
                Ok(lease) => break lease,
                Err(error) => assert!(start.elapsed() < 2 * SOON, "{error:?}"),
            }
        };
        assert!(ids.contains(&id_of(&lease)));
        lease.commit().await?;
    }
    Ok(())
}
