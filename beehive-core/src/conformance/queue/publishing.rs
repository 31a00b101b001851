//! How events get in.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::{Case, Outcome, check, check_eq, check_kind};
use super::{QueueFixture, case};
use crate::event::Event;

pub(super) fn cases() -> Vec<Case<QueueFixture>> {
    vec![
        case!(
            publishing::a_confirmed_batch_arrives_whole,
            "every event of a confirmed batch arrives, once"
        ),
        case!(
            publishing::an_empty_batch_is_confirmed,
            "a batch without events is confirmed"
        ),
        case!(
            publishing::a_mixed_batch_goes_where_each_event_belongs,
            "each event of a batch goes to its own topic or simple queue, and nowhere else"
        ),
        case!(
            publishing::a_destination_comes_before_the_type,
            "an event with a destination goes there and not to the topic named like its type"
        ),
        case!(
            publishing::a_topic_is_declared_by_publishing_to_it,
            "publishing to a topic that does not exist declares it"
        ),
        case!(
            publishing::a_missing_simple_queue_fails_its_events_alone,
            "of a batch exactly the events for a simple queue that does not exist fail, as not \
             found; the others arrive"
        ),
        case!(
            publishing::a_subscription_is_no_destination,
            "of a batch exactly the events sent to a subscription fail, as invalid; the others \
             arrive"
        ),
        case!(
            publishing::an_oversized_event_fails_alone,
            "of a batch exactly the events beyond the limits fail, as such; the others arrive"
        ),
        case!(
            publishing::the_same_event_can_be_published_again,
            "publishing an event again under its id is confirmed"
        ),
        case!(
            publishing::concurrent_publishers_lose_nothing,
            "events of many publishers at one time all arrive, once"
        ),
    ]
}

async fn a_confirmed_batch_arrives_whole(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let events = fixture.events("Flower", 25);
    let receipt = fixture.publish(&events).await?;
    check_eq!(receipt.unrouted, Vec::<usize>::new(), "unrouted events");
    bee.commit_exactly(&events).await
}

async fn an_empty_batch_is_confirmed(fixture: QueueFixture) -> Outcome {
    let receipt = fixture.publish(&[]).await?;
    check_eq!(receipt.unrouted, Vec::<usize>::new(), "unrouted events");
    Ok(())
}

async fn a_mixed_batch_goes_where_each_event_belongs(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let wolf = fixture.subscription("Sheep", "Wolf")?;
    let mut wolf = fixture.declared(&wolf).await?;
    let jobs = fixture.simple("Jobs")?;
    let mut worker = fixture.declared(&jobs).await?;
    let batch: Vec<Event> = (0..9)
        .map(|number| match number % 3 {
            0 => fixture.flower(),
            1 => fixture.event("Sheep", "wool"),
            _ => fixture.flower().with_destination(jobs.clone()),
        })
        .collect();
    fixture.publish(&batch).await?;
    let share =
        |third: usize| -> Vec<Event> { batch.iter().skip(third).step_by(3).cloned().collect() };
    bee.commit_exactly(&share(0)).await?;
    wolf.commit_exactly(&share(1)).await?;
    worker.commit_exactly(&share(2)).await
}

async fn a_destination_comes_before_the_type(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let wolf = fixture.subscription("Sheep", "Wolf")?;
    let mut wolf = fixture.declared(&wolf).await?;
    let event = fixture.flower().with_destination(fixture.topic("Sheep")?);
    fixture.push(&event).await?;
    wolf.commit_exactly(&[event]).await?;
    bee.nothing("the event was sent elsewhere").await
}

async fn a_topic_is_declared_by_publishing_to_it(fixture: QueueFixture) -> Outcome {
    fixture.push(&fixture.flower()).await?;
    let topic = fixture.topic("Flower")?;
    check!(
        fixture.queue.exists(&topic).await?,
        "{topic} does not exist"
    );
    let (_, mut bee) = fixture.bee().await?;
    let event = fixture.flower();
    fixture.push(&event).await?;
    let lease = bee.one().await?;
    check_eq!(
        lease.event().id(),
        event.id(),
        "the event after subscribing"
    );
    Ok(())
}

/// Publishes three sound events with a bad one before each of the last two.
async fn fails_alone(
    fixture: &QueueFixture,
    bad: [Event; 2],
) -> Result<Vec<crate::Error>, super::super::Failure> {
    let (_, mut bee) = fixture.bee().await?;
    let sound = fixture.events("Flower", 3);
    let [first_bad, second_bad] = bad;
    let expected = [(1, first_bad.id().clone()), (3, second_bad.id().clone())];
    let batch = [
        sound[0].clone(),
        first_bad,
        sound[1].clone(),
        second_bad,
        sound[2].clone(),
    ];
    let Err(error) = fixture.queue.publish(&batch).await else {
        return Err(super::super::Failure::new("the whole batch was confirmed"));
    };
    let mut named: Vec<_> = error
        .failures()
        .iter()
        .map(|failure| (failure.position, failure.id.clone()))
        .collect();
    named.sort();
    check_eq!(named, expected, "the events that failed");
    check_eq!(
        error.receipt().unrouted,
        Vec::<usize>::new(),
        "unrouted events"
    );
    bee.commit_exactly(&sound).await?;
    let failures = error.into_failures().into_iter();
    Ok(failures.map(|failure| failure.error).collect())
}

async fn a_missing_simple_queue_fails_its_events_alone(fixture: QueueFixture) -> Outcome {
    let missing = fixture.simple("Missing")?;
    let bad = || fixture.flower().with_destination(missing.clone());
    for error in fails_alone(&fixture, [bad(), bad()]).await? {
        check_kind!(Err::<(), _>(error), NotFound, "no such queue");
    }
    check!(
        !fixture.queue.exists(&missing).await?,
        "a simple queue was declared by publishing"
    );
    Ok(())
}

async fn a_subscription_is_no_destination(fixture: QueueFixture) -> Outcome {
    let name = fixture.subscription("Flower", "Bee")?;
    let bad = || fixture.flower().with_destination(name.clone());
    for error in fails_alone(&fixture, [bad(), bad()]).await? {
        check_kind!(Err::<(), _>(error), Invalid, "a subscription");
    }
    Ok(())
}

async fn an_oversized_event_fails_alone(fixture: QueueFixture) -> Outcome {
    let limits = fixture.capabilities().limits;
    let body = fixture.event("Flower", vec![b'x'; limits.body_max() + 1]);
    let header = "x".repeat(limits.headers_size_max() + 1);
    let headers = fixture.flower().with_property("long", header);
    for error in fails_alone(&fixture, [body, headers]).await? {
        check_kind!(Err::<(), _>(error), Limit, "too large");
    }
    Ok(())
}

async fn the_same_event_can_be_published_again(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let event = fixture.flower();
    fixture.push(&event).await?;
    fixture.push(&event).await?;
    // A backend may remove the duplicate, but not both.
    let lease = bee.one().await?;
    check_eq!(lease.event().id(), event.id(), "the event");
    Ok(())
}

async fn concurrent_publishers_lose_nothing(fixture: QueueFixture) -> Outcome {
    const PUBLISHERS: usize = 8;
    const BATCH: usize = 5;
    let (_, mut bee) = fixture.bee().await?;
    let mut publishers = tokio::task::JoinSet::new();
    let mut all = Vec::new();
    for _ in 0..PUBLISHERS {
        let events = fixture.events("Flower", 4 * BATCH);
        all.extend(events.clone());
        let queue = Arc::clone(&fixture.queue);
        publishers.spawn(async move {
            for batch in events.chunks(BATCH) {
                queue.publish(batch).await?;
                tokio::task::yield_now().await;
            }
            Ok::<(), crate::queue::PublishError>(())
        });
    }
    while let Some(published) = publishers.join_next().await {
        published??;
    }
    let ids: HashSet<_> = all.iter().map(Event::id).collect();
    check_eq!(ids.len(), all.len(), "ids of root events");
    bee.commit_exactly(&all).await
}
