//! Dead letters return to the queue they came from.

use std::num::NonZeroU32;

use tokio::time::Instant;

use super::super::{Case, Outcome, check, check_eq, check_kind};
use super::dead_letters::all;
use super::fixture::record;
use super::{QueueFixture, case};
use crate::event::EventId;
use crate::queue::{FailureHistory, RedriveRate};

pub(super) fn cases() -> Vec<Case<QueueFixture>> {
    let cases = vec![
        case!(
            redrive::a_redriven_event_comes_again,
            "a redriven event is delivered and is a dead letter no longer"
        ),
        case!(
            redrive::to_its_own_subscription_only,
            "a redriven event reaches its own subscription and no other"
        ),
        case!(
            redrive::as_if_it_had_never_failed,
            "a redriven event starts again at attempt 1, without a history"
        ),
        case!(
            redrive::one_leaves_the_others,
            "redriving one dead letter leaves the others as they are"
        ),
        case!(
            redrive::a_missing_one_is_not_found,
            "redriving a dead letter that is not there is an error of kind not found"
        ),
        case!(
            redrive::it_can_die_again,
            "a redriven event that is given up again is a dead letter again"
        ),
        case!(
            redrive::all_come_again,
            "redriving all returns each dead letter, once, and says how many, however many pages \
             they fill"
        ),
        case!(redrive::all_at_a_rate, "redriving all keeps to the rate"),
    ];
    let supported = |case: Case<QueueFixture>| case.when(|f| f.capabilities().dead_letters);
    cases.into_iter().map(supported).collect()
}

async fn a_redriven_event_comes_again(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let event = fixture.flower();
    fixture.bury(&mut bee, &event).await?;
    let dead_letters = fixture.queue.dead_letters();
    dead_letters.redrive(&name, event.id()).await?;
    check_eq!(dead_letters.count(&name).await?, 0, "dead letters");
    check_kind!(
        dead_letters.get(&name, event.id()).await,
        NotFound,
        "getting it"
    );
    bee.commit_exactly(&[event]).await
}

async fn to_its_own_subscription_only(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let wasp = fixture.subscription("Flower", "Wasp")?;
    let mut wasp = fixture.declared(&wasp).await?;
    let events = fixture.events("Flower", 2);
    for event in &events {
        fixture.bury(&mut bee, event).await?;
    }
    wasp.commit_exactly(&events).await?;
    let dead_letters = fixture.queue.dead_letters();
    dead_letters.redrive(&name, events[0].id()).await?;
    let redriven = dead_letters
        .redrive_all(&name, RedriveRate::default())
        .await?;
    check_eq!(redriven, 1, "redriven dead letters");
    wasp.nothing("the events died in another subscription")
        .await?;
    bee.commit_exactly(&events).await
}

async fn as_if_it_had_never_failed(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let event = fixture.flower();
    fixture.push(&event).await?;
    let mut lease = bee.one().await?;
    if fixture.capabilities().defer {
        let history = FailureHistory {
            attempts: 8,
            first_failure: Some(record("").first_failure),
            silent: 8,
        };
        lease.defer(fixture.timing.wait, history).await?;
        tokio::time::sleep(fixture.timing.wait).await;
        lease = bee.one().await?;
    }
    lease.dead_letter(&record("wilted")).await?;
    fixture
        .queue
        .dead_letters()
        .redrive(&name, event.id())
        .await?;
    let lease = bee.one().await?;
    check_eq!(lease.attempt(), 1, "the attempt");
    check_eq!(lease.history(), FailureHistory::default(), "the history");
    check_eq!(*lease.event(), event, "the event");
    Ok(())
}

async fn one_leaves_the_others(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let events = fixture.events("Flower", 3);
    for event in &events {
        fixture.bury(&mut bee, event).await?;
    }
    let dead_letters = fixture.queue.dead_letters();
    dead_letters.redrive(&name, events[1].id()).await?;
    let left: Vec<_> = all(&fixture, &name, 10)
        .await?
        .iter()
        .map(|letter| letter.event.id().clone())
        .collect();
    check_eq!(
        left,
        [events[0].id().clone(), events[2].id().clone()],
        "the dead letters left"
    );
    bee.commit_exactly(&events[1..2]).await
}

async fn a_missing_one_is_not_found(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let event = fixture.flower();
    fixture.bury(&mut bee, &event).await?;
    let dead_letters = fixture.queue.dead_letters();
    let missing = dead_letters.redrive(&name, &EventId::new()).await;
    check_kind!(missing, NotFound, "redriving what was never there");
    dead_letters.redrive(&name, event.id()).await?;
    let twice = dead_letters.redrive(&name, event.id()).await;
    check_kind!(twice, NotFound, "redriving it again");
    bee.commit_exactly(&[event]).await
}

async fn it_can_die_again(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let event = fixture.flower();
    fixture.bury(&mut bee, &event).await?;
    let dead_letters = fixture.queue.dead_letters();
    dead_letters.redrive(&name, event.id()).await?;
    bee.one().await?.dead_letter(&record("again")).await?;
    let letter = dead_letters.get(&name, event.id()).await?;
    check_eq!(letter.record, record("again"), "the record");
    check_eq!(dead_letters.count(&name).await?, 1, "dead letters");
    Ok(())
}

async fn all_come_again(fixture: QueueFixture) -> Outcome {
    /// More than `redrive_each` looks up at once.
    const COUNT: usize = 105;
    let (name, mut bee) = fixture.bee().await?;
    let events = fixture.events("Flower", COUNT);
    for batch in events.chunks(10) {
        fixture.publish(batch).await?;
        for lease in bee.take(batch.len()).await? {
            lease.dead_letter(&record("wilted")).await?;
        }
    }
    let dead_letters = fixture.queue.dead_letters();
    let fast = NonZeroU32::MIN.saturating_add(9_999);
    let redriven = dead_letters
        .redrive_all(&name, RedriveRate::per_second(fast))
        .await?;
    check_eq!(redriven, COUNT as u64, "redriven dead letters");
    check_eq!(dead_letters.count(&name).await?, 0, "dead letters");
    bee.commit_exactly(&events).await
}

async fn all_at_a_rate(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let events = fixture.events("Flower", 3);
    for event in &events {
        fixture.bury(&mut bee, event).await?;
    }
    let rate = RedriveRate::per_second(NonZeroU32::MIN.saturating_add(1));
    let start = Instant::now();
    let redriven = fixture
        .queue
        .dead_letters()
        .redrive_all(&name, rate)
        .await?;
    check_eq!(redriven, 3, "redriven dead letters");
    let took = start.elapsed() + fixture.timing.tolerance;
    check!(took >= 2 * rate.pace(), "three took only {took:?}");
    bee.commit_exactly(&events).await
}
