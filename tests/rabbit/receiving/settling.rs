//! Leases that are settled by publishing, and those that nobody settles.

use std::time::Duration;

use beehive_core::page::PageRequest;
use beehive_core::queue::{EventQueue, FailureHistory};
use beehive_rabbit::QueueType;
use beehive_tests::services::shared_broker;
use beehive_tests::trials::{Outcome, Place, Trial, eventually, trial};
use lapin::options::QueueDeleteOptions;
use libtest_mimic::Failed;
use tokio::time::Instant;

use super::Stage;
use super::stage::{SOON, id_of, record};
use crate::amqp::Client;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial(
            "receiving::poison_does_not_hold_up_the_others",
            poison_does_not_hold_up_the_others,
        )
        .with_shared_broker(),
        trial(
            "receiving::a_worker_that_dies_costs_one_attempt",
            a_worker_that_dies_costs_one_attempt,
        )
        .with_shared_broker(),
        trial(
            "receiving::a_dead_letter_is_safe_before_the_event_is_gone",
            a_dead_letter_is_safe_before_the_event_is_gone,
        )
        .with_shared_broker(),
        trial(
            "receiving::a_duplicate_keeps_its_id",
            a_duplicate_keeps_its_id,
        )
        .with_shared_broker(),
    ]
}

/// F46, with a prefetch of one: what is deferred is out of the way.
async fn poison_does_not_hold_up_the_others(place: Place) -> Outcome {
    let stage = Stage::shared(&place).await?;
    let mut bee = stage.bee(1).await?;
    stage.publish(1).await?;
    let poison = bee.one().await?;
    let id = id_of(&poison);
    let others = stage.publish(5).await?;
    let delay = Duration::from_secs(3);
    let due = Instant::now() + delay;
    let history = FailureHistory {
        attempts: 1,
        ..FailureHistory::default()
    };
    poison.defer(delay, history).await?;
    for _ in 0..others.len() {
        let lease = bee.one().await?;
        assert!(others.contains(&id_of(&lease)));
        lease.commit().await?;
    }
    assert!(Instant::now() < due, "the others waited for the poison");
    let again = bee.one().await?;
    assert!(Instant::now() >= due, "it came too early");
    assert_eq!((id_of(&again), again.attempt()), (id, 2));
    again.commit().await?;
    Ok(())
}

/// F18, as far as a receiver goes: whoever dies with a lease says nothing, and the event comes again.
async fn a_worker_that_dies_costs_one_attempt(place: Place) -> Outcome {
    let url = shared_broker().ok_or("no shared broker")?;
    for queue_type in [QueueType::Quorum, QueueType::Classic] {
        let stage = Stage::open(&place, &url, |config| config.with_queue_type(queue_type)).await?;
        stage.publish(2).await?;
        let mut bee = stage.bee_with(2, Duration::from_secs(2)).await?;
        let mut leases = bee.take(2).await?;
        let sound = leases.pop().ok_or("a second lease")?;
        let dying = leases.pop().ok_or("a first lease")?;
        let id = id_of(&dying);
        let died: Result<(), _> = tokio::spawn(async move {
            let _held = dying;
            // As a panic does, without its words in the output of the tests.
            std::panic::resume_unwind(Box::new("with a lease at hand"))
        })
        .await;
        assert!(died.is_err_and(|error| error.is_panic()));
        sound.commit().await?;
        let again = bee.one().await?;
        assert_eq!((id_of(&again), again.attempt()), (id, 2), "{queue_type:?}");
        again.commit().await?;
        bee.nothing().await?;
        stage.queue.delete(&stage.bee).await?;
    }
    Ok(())
}

/// F32: without its queue for dead letters the event stays leased until there is one.
async fn a_dead_letter_is_safe_before_the_event_is_gone(place: Place) -> Outcome {
    let stage = Stage::shared(&place).await?;
    let ids = stage.publish(1).await?;
    let mut bee = stage.bee(1).await?;
    let lease = bee.one().await?;
    let client = Client::connect(&shared_broker().ok_or("no shared broker")?).await?;
    let dead = stage.at_broker("Flower-Bee.dead");
    let options = QueueDeleteOptions::default();
    client.channel.queue_delete(dead.into(), options).await?;
    lease.dead_letter(&record()).await?;
    bee.nothing().await?;
    let letters = stage.queue.dead_letters();
    let count = eventually("the dead letter", SOON, || async {
        let count = letters.count(&stage.bee).await?;
        Ok::<_, Failed>((count > 0).then_some(count))
    })
    .await?;
    assert_eq!(count, 1);
    let page = PageRequest::first(2);
    let letters = letters.list(&stage.bee, &page).await?.items;
    let buried: Vec<_> = letters
        .iter()
        .map(|letter| letter.event.id().to_string())
        .collect();
    assert_eq!(buried, ids.into_iter().collect::<Vec<_>>());
    Ok(())
}

/// F16: what is published twice comes twice under the same id, so that an inbox can tell.
async fn a_duplicate_keeps_its_id(place: Place) -> Outcome {
    let stage = Stage::shared(&place).await?;
    let event = beehive_core::event::Event::new("Flower", "text/plain", "clover");
    let batch = [event.clone(), event.clone()];
    stage.queue.publish(&batch).await?;
    let mut bee = stage.bee(2).await?;
    for lease in bee.take(2).await? {
        assert_eq!(lease.event().id(), event.id());
        assert_eq!(lease.attempt(), 1);
        lease.commit().await?;
    }
    bee.nothing().await?;
    Ok(())
}
