//! Each subscription has its own copy of a topic's events.

use super::super::{Case, Outcome, check_eq};
use super::fixture::Reader;
use super::{QueueFixture, case};
use crate::queue::FailureHistory;

pub(super) fn cases() -> Vec<Case<QueueFixture>> {
    vec![
        case!(
            fan_out::each_subscription_gets_each_event_once,
            "every event of a topic reaches each of its subscriptions, once"
        ),
        case!(
            fan_out::a_commit_is_one_subscriptions_own,
            "committing an event in one subscription leaves it in the others"
        ),
        case!(
            fan_out::an_abandoned_event_returns_to_its_subscription_alone,
            "an event that is abandoned comes again in its own subscription and in no other"
        ),
        case!(
            fan_out::an_expired_lease_returns_to_its_subscription_alone,
            "an event whose lease expires comes again in its own subscription and in no other"
        ),
        case!(
            fan_out::a_deferred_event_returns_to_its_subscription_alone,
            "an event that is deferred comes again in its own subscription and in no other"
        )
        .when(|fixture| fixture.capabilities().defer),
        case!(
            fan_out::a_dead_letter_is_one_subscriptions_own,
            "an event that is dead-lettered in one subscription is not so in the others"
        )
        .when(|fixture| fixture.capabilities().dead_letters),
        case!(
            fan_out::a_change_to_an_event_stays_with_who_made_it,
            "changing an event that was received changes no other subscription's"
        ),
    ]
}

/// Two subscriptions to one topic.
async fn bee_and_wasp(fixture: &QueueFixture) -> crate::Result<(Reader, Reader)> {
    let (_, bee) = fixture.bee().await?;
    let wasp = fixture.subscription("Flower", "Wasp")?;
    Ok((bee, fixture.declared(&wasp).await?))
}

async fn each_subscription_gets_each_event_once(fixture: QueueFixture) -> Outcome {
    let (mut bee, mut wasp) = bee_and_wasp(&fixture).await?;
    let ant = fixture.subscription("Flower", "Ant")?;
    let mut ant = fixture.declared(&ant).await?;
    let events = fixture.events("Flower", 10);
    fixture.publish(&events).await?;
    for reader in [&mut bee, &mut wasp, &mut ant] {
        reader.commit_exactly(&events).await?;
    }
    Ok(())
}

async fn a_commit_is_one_subscriptions_own(fixture: QueueFixture) -> Outcome {
    let (mut bee, mut wasp) = bee_and_wasp(&fixture).await?;
    let event = fixture.flower();
    fixture.push(&event).await?;
    bee.commit_exactly(std::slice::from_ref(&event)).await?;
    wasp.commit_exactly(&[event]).await
}

async fn an_abandoned_event_returns_to_its_subscription_alone(fixture: QueueFixture) -> Outcome {
    let (mut bee, mut wasp) = bee_and_wasp(&fixture).await?;
    let event = fixture.flower();
    fixture.push(&event).await?;
    let lease = bee.one().await?;
    wasp.commit_exactly(std::slice::from_ref(&event)).await?;
    lease.abandon().await?;
    wasp.nothing("another subscription abandoned it").await?;
    bee.commit_exactly(&[event]).await
}

async fn an_expired_lease_returns_to_its_subscription_alone(fixture: QueueFixture) -> Outcome {
    let (mut bee, mut wasp) = bee_and_wasp(&fixture).await?;
    let event = fixture.flower();
    fixture.push(&event).await?;
    drop(bee.one().await?);
    wasp.commit_exactly(std::slice::from_ref(&event)).await?;
    fixture.outlive_leases().await;
    wasp.nothing("it expired in another subscription").await?;
    bee.commit_exactly(&[event]).await
}

async fn a_deferred_event_returns_to_its_subscription_alone(fixture: QueueFixture) -> Outcome {
    let (mut bee, mut wasp) = bee_and_wasp(&fixture).await?;
    let event = fixture.flower();
    fixture.push(&event).await?;
    let lease = bee.one().await?;
    wasp.commit_exactly(std::slice::from_ref(&event)).await?;
    let delay = fixture.timing.lease;
    lease.defer(delay, FailureHistory::default()).await?;
    tokio::time::sleep(delay + fixture.timing.tolerance).await;
    wasp.nothing("another subscription deferred it").await?;
    bee.commit_exactly(&[event]).await
}

async fn a_dead_letter_is_one_subscriptions_own(fixture: QueueFixture) -> Outcome {
    let (mut bee, mut wasp) = bee_and_wasp(&fixture).await?;
    let event = fixture.flower();
    fixture.bury(&mut bee, &event).await?;
    let other = fixture.subscription("Flower", "Wasp")?;
    let count = fixture.queue.dead_letters().count(&other).await?;
    check_eq!(count, 0, "dead letters of the other subscription");
    wasp.commit_exactly(&[event]).await
}

async fn a_change_to_an_event_stays_with_who_made_it(fixture: QueueFixture) -> Outcome {
    let (mut bee, mut wasp) = bee_and_wasp(&fixture).await?;
    let event = fixture.flower().with_property("tenant", "blue");
    fixture.push(&event).await?;
    let lease = bee.one().await?;
    let changed = lease
        .event()
        .clone()
        .with_subject("changed")
        .with_property("tenant", "red");
    let other = wasp.one().await?;
    check_eq!(other.event().subject(), None, "the subject");
    check_eq!(
        other.event().property("tenant"),
        Some("blue"),
        "the property"
    );
    lease.abandon().await?;
    let again = bee.one().await?;
    check_eq!(
        again.event().property("tenant"),
        Some("blue"),
        "the property"
    );
    check_eq!(changed.property("tenant"), Some("red"), "the changed one");
    Ok(())
}
