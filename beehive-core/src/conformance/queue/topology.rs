//! Which queues there are.

use std::num::NonZeroUsize;

use super::super::{Case, Outcome, check, check_eq, check_kind};
use super::{QueueFixture, case};
use crate::queue::ReceiverOptions;

pub(super) fn cases() -> Vec<Case<QueueFixture>> {
    vec![
        case!(
            topology::declaring_is_idempotent,
            "a queue that is declared twice exists, and its events are still there"
        ),
        case!(
            topology::deleting_is_idempotent,
            "a queue that is deleted, once or twice, does not exist"
        ),
        case!(
            topology::a_subscription_declares_its_topic,
            "with a subscription its topic is declared"
        ),
        case!(
            topology::a_topic_takes_its_subscriptions_along,
            "with a topic its subscriptions are deleted"
        ),
        case!(
            topology::a_deleted_subscription_leaves_the_others,
            "deleting a subscription leaves its topic and the other subscriptions as they are"
        ),
        case!(
            topology::a_deleted_queue_is_empty_when_declared_again,
            "the events of a deleted queue are gone"
        ),
        case!(
            topology::an_undeclared_queue_cannot_be_read,
            "reading an undeclared queue is an error of kind not found"
        ),
        case!(
            topology::a_topic_cannot_be_read,
            "reading a topic is an error of kind invalid"
        ),
        case!(
            topology::a_receiver_of_a_deleted_queue_is_told,
            "a receiver of a queue that is deleted gets an error of kind not found"
        ),
        case!(
            topology::a_waiting_receiver_of_a_deleted_queue_is_told,
            "a receiver that waits for a queue that is deleted gets an error of kind not found"
        ),
    ]
}

async fn declaring_is_idempotent(fixture: QueueFixture) -> Outcome {
    let names = [
        fixture.topic("Flower")?,
        fixture.subscription("Flower", "Bee")?,
        fixture.simple("Jobs")?,
    ];
    for name in &names {
        check!(
            !fixture.queue.exists(name).await?,
            "{name} exists too early"
        );
        fixture.queue.declare(name).await?;
        check!(fixture.queue.exists(name).await?, "{name} does not exist");
    }
    let event = fixture.flower();
    fixture.push(&event).await?;
    for name in &names {
        fixture.queue.declare(name).await?;
        check!(fixture.queue.exists(name).await?, "{name} no longer exists");
    }
    let mut bee = fixture.reader(&names[1]).await?;
    bee.commit_exactly(&[event]).await
}

async fn deleting_is_idempotent(fixture: QueueFixture) -> Outcome {
    let names = [
        fixture.subscription("Flower", "Bee")?,
        fixture.topic("Flower")?,
        fixture.simple("Jobs")?,
    ];
    for name in &names {
        fixture.queue.delete(name).await?;
        fixture.queue.declare(name).await?;
    }
    for name in &names {
        fixture.queue.delete(name).await?;
        check!(!fixture.queue.exists(name).await?, "{name} still exists");
        fixture.queue.delete(name).await?;
    }
    Ok(())
}

async fn a_subscription_declares_its_topic(fixture: QueueFixture) -> Outcome {
    fixture.bee().await?;
    let topic = fixture.topic("Flower")?;
    check!(
        fixture.queue.exists(&topic).await?,
        "{topic} does not exist"
    );
    Ok(())
}

async fn a_topic_takes_its_subscriptions_along(fixture: QueueFixture) -> Outcome {
    let (bee, _) = fixture.bee().await?;
    let wasp = fixture.subscription("Flower", "Wasp")?;
    fixture.queue.declare(&wasp).await?;
    fixture.queue.delete(&fixture.topic("Flower")?).await?;
    for name in [bee, wasp] {
        check!(!fixture.queue.exists(&name).await?, "{name} still exists");
    }
    Ok(())
}

async fn a_deleted_subscription_leaves_the_others(fixture: QueueFixture) -> Outcome {
    let (bee, _) = fixture.bee().await?;
    let wasp = fixture.subscription("Flower", "Wasp")?;
    let mut wasp = fixture.declared(&wasp).await?;
    fixture.queue.delete(&bee).await?;
    let topic = fixture.topic("Flower")?;
    check!(fixture.queue.exists(&topic).await?, "{topic} is gone");
    let event = fixture.flower();
    fixture.push(&event).await?;
    wasp.commit_exactly(&[event]).await
}

async fn a_deleted_queue_is_empty_when_declared_again(fixture: QueueFixture) -> Outcome {
    let (name, _) = fixture.bee().await?;
    fixture.push(&fixture.flower()).await?;
    fixture.queue.delete(&name).await?;
    let mut bee = fixture.declared(&name).await?;
    bee.nothing("the queue is a new one").await
}

async fn an_undeclared_queue_cannot_be_read(fixture: QueueFixture) -> Outcome {
    let subscription = fixture.subscription("Flower", "Bee")?;
    for name in [subscription, fixture.simple("Jobs")?] {
        check_kind!(fixture.reader(&name).await, NotFound, "reading {name}");
        check!(!fixture.queue.exists(&name).await?, "{name} was declared");
    }
    Ok(())
}

async fn a_topic_cannot_be_read(fixture: QueueFixture) -> Outcome {
    let topic = fixture.topic("Flower")?;
    fixture.queue.declare(&topic).await?;
    let options = ReceiverOptions::new(NonZeroUsize::MIN, fixture.timing.lease);
    let receiver = fixture.queue.receiver(&topic, options).await;
    check_kind!(receiver, Invalid, "reading a topic");
    Ok(())
}

async fn a_receiver_of_a_deleted_queue_is_told(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    fixture.queue.delete(&name).await?;
    let wait = fixture.timing.wait;
    let received = bee.receiver.receive(NonZeroUsize::MIN, wait).await;
    check_kind!(received, NotFound, "receiving from a deleted queue");
    Ok(())
}

async fn a_waiting_receiver_of_a_deleted_queue_is_told(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let wait = fixture.timing.wait;
    let start = tokio::time::Instant::now();
    let (received, deleted) =
        tokio::join!(bee.receiver.receive(NonZeroUsize::MIN, 4 * wait), async {
            tokio::time::sleep(wait).await;
            fixture.queue.delete(&name).await
        });
    deleted?;
    check_kind!(received, NotFound, "receiving from a deleted queue");
    let waited = start.elapsed();
    check!(waited <= 2 * wait, "the receiver was told after {waited:?}");
    check_eq!(
        fixture.queue.exists(&name).await?,
        false,
        "whether it exists"
    );
    Ok(())
}
