//! Order by subject, where a backend keeps it for queues that are declared so.

use super::super::{Case, Failure, Outcome, check, check_eq, check_kind};
use super::fixture::{Reader, record};
use super::{QueueFixture, case};
use crate::event::Event;
use crate::queue::{DeclareOptions, FailureHistory, Order, QueueName};

pub(super) fn cases() -> Vec<Case<QueueFixture>> {
    let ordered = |case: Case<QueueFixture>| case.when(|f| f.capabilities().ordered_by_subject);
    vec![
        ordered(case!(
            order::one_subject_is_delivered_in_order,
            "events of one subject are delivered in the order of publishing, one at a time"
        )),
        ordered(case!(
            order::a_simple_queue_keeps_order,
            "a simple queue delivers events of one subject in order, one at a time"
        )),
        ordered(case!(
            order::subjects_do_not_wait_for_one_another,
            "while an event is leased, those of other subjects are delivered"
        )),
        ordered(case!(
            order::events_without_a_subject_wait_for_nobody,
            "events without a subject are delivered at one time"
        )),
        case!(
            order::a_deferred_event_holds_its_subject_back,
            "while an event is deferred, later ones of its subject wait, and others do not"
        )
        .when(|fixture| fixture.capabilities().ordered_by_subject && fixture.capabilities().defer),
        case!(
            order::a_dead_letter_lets_its_subject_go_on,
            "when an event is given up, the next one of its subject is delivered"
        )
        .when(|fixture| {
            fixture.capabilities().ordered_by_subject && fixture.capabilities().dead_letters
        }),
        ordered(case!(
            order::another_order_is_a_conflict,
            "declaring a queue that exists with another order is an error of kind conflict"
        )),
        ordered(case!(
            order::each_subscription_has_its_own_order,
            "a subscription that keeps order leaves one that does not as it is"
        )),
        case!(
            order::keeping_order_is_refused,
            "declaring a queue to keep order is an error of kind unsupported and makes nothing"
        )
        .when(|fixture| !fixture.capabilities().ordered_by_subject),
        case!(
            order::a_failing_subject_blocks_itself_alone,
            "an event that is worked on keeps those of other subjects waiting no longer"
        ),
        case!(
            order::one_subject_is_delivered_side_by_side,
            "where no order is asked for, events of one subject do not wait for one another"
        ),
    ]
}

fn in_order() -> DeclareOptions {
    DeclareOptions::default().with_order(Order::BySubject)
}

/// Declares and reads a queue that keeps order.
async fn ordered(fixture: &QueueFixture, name: &QueueName) -> Result<Reader, Failure> {
    fixture.queue.declare_with(name, in_order()).await?;
    Ok(fixture.reader(name).await?)
}

/// Declares and reads the subscription `Bee` to the topic `Flower`, in order.
async fn bee(fixture: &QueueFixture) -> Result<Reader, Failure> {
    let name = fixture.subscription("Flower", "Bee")?;
    ordered(fixture, &name).await
}

fn of_subject(fixture: &QueueFixture, subject: &str, count: usize) -> Vec<Event> {
    let events = fixture.events("Flower", count).into_iter();
    events.map(|event| event.with_subject(subject)).collect()
}

/// Each comes only when the one before is gone, and again when it is handed back.
async fn check_in_order(reader: &mut Reader, events: &[Event]) -> Outcome {
    for event in events {
        let lease = reader.one().await?;
        check_eq!(lease.event().id(), event.id(), "the next event");
        reader.nothing("the one before is leased").await?;
        lease.abandon().await?;
        let lease = reader.one().await?;
        check_eq!(lease.event().id(), event.id(), "the abandoned event");
        lease.commit().await?;
    }
    reader.nothing("every event was committed").await
}

async fn one_subject_is_delivered_in_order(fixture: QueueFixture) -> Outcome {
    let mut bee = bee(&fixture).await?;
    let events = of_subject(&fixture, "clover", 4);
    fixture.publish(&events).await?;
    check_in_order(&mut bee, &events).await
}

async fn a_simple_queue_keeps_order(fixture: QueueFixture) -> Outcome {
    let name = fixture.simple("Jobs")?;
    let mut worker = ordered(&fixture, &name).await?;
    let events: Vec<_> = of_subject(&fixture, "clover", 3)
        .into_iter()
        .map(|event| event.with_destination(name.clone()))
        .collect();
    fixture.publish(&events).await?;
    check_in_order(&mut worker, &events).await
}

async fn subjects_do_not_wait_for_one_another(fixture: QueueFixture) -> Outcome {
    let mut bee = bee(&fixture).await?;
    let clover = of_subject(&fixture, "clover", 2);
    let thyme = of_subject(&fixture, "thyme", 1);
    fixture.publish(&[&clover[..], &thyme].concat()).await?;
    let leases = bee.take(2).await?;
    let mut ids: Vec<_> = leases.iter().map(|lease| lease.event().id()).collect();
    let mut expected = vec![clover[0].id(), thyme[0].id()];
    ids.sort();
    expected.sort();
    check_eq!(ids, expected, "the first of each subject");
    bee.nothing("the first of each subject is leased").await?;
    for lease in leases {
        lease.commit().await?;
    }
    bee.commit_exactly(&clover[1..]).await
}

async fn events_without_a_subject_wait_for_nobody(fixture: QueueFixture) -> Outcome {
    let mut bee = bee(&fixture).await?;
    fixture.publish(&fixture.events("Flower", 3)).await?;
    let leases = bee.take(3).await?;
    check_eq!(leases.len(), 3, "leases at one time");
    for lease in leases {
        lease.commit().await?;
    }
    Ok(())
}

async fn a_deferred_event_holds_its_subject_back(fixture: QueueFixture) -> Outcome {
    let mut bee = bee(&fixture).await?;
    let clover = of_subject(&fixture, "clover", 2);
    fixture.publish(&clover).await?;
    let lease = bee.one().await?;
    let history = FailureHistory {
        attempts: 1,
        ..FailureHistory::default()
    };
    lease.defer(2 * fixture.timing.wait, history).await?;
    let thyme = of_subject(&fixture, "thyme", 1);
    fixture.publish(&thyme).await?;
    bee.commit_exactly(&thyme).await?;
    // What is due comes, and only then what waits behind it.
    tokio::time::sleep(fixture.timing.wait).await;
    for (event, attempt) in clover.iter().zip([2, 1]) {
        let lease = bee.one().await?;
        check_eq!(lease.event().id(), event.id(), "the next event");
        check_eq!(lease.attempt(), attempt, "the attempt");
        lease.commit().await?;
    }
    bee.nothing("every event was committed").await
}

async fn a_dead_letter_lets_its_subject_go_on(fixture: QueueFixture) -> Outcome {
    let name = fixture.subscription("Flower", "Bee")?;
    let mut bee = bee(&fixture).await?;
    let clover = of_subject(&fixture, "clover", 2);
    fixture.publish(&clover).await?;
    bee.one().await?.dead_letter(&record("wilted")).await?;
    bee.commit_exactly(&clover[1..]).await?;
    let dead_letters = fixture.queue.dead_letters();
    let letter = dead_letters.get(&name, clover[0].id()).await?;
    check_eq!(letter.event, clover[0], "the dead letter");
    dead_letters.redrive(&name, clover[0].id()).await?;
    bee.commit_exactly(&clover[..1]).await
}

async fn another_order_is_a_conflict(fixture: QueueFixture) -> Outcome {
    for name in [
        fixture.subscription("Flower", "Bee")?,
        fixture.simple("Jobs")?,
    ] {
        fixture.queue.declare_with(&name, in_order()).await?;
        fixture.queue.declare_with(&name, in_order()).await?;
        let declared = fixture.queue.declare(&name).await;
        check_kind!(declared, Conflict, "declaring {name} without order");
        fixture.queue.delete(&name).await?;
        check!(!fixture.queue.exists(&name).await?, "{name} still exists");
    }
    let jobs = fixture.simple("Others")?;
    fixture.queue.declare(&jobs).await?;
    let declared = fixture.queue.declare_with(&jobs, in_order()).await;
    check_kind!(declared, Conflict, "declaring {jobs} with order");
    Ok(())
}

async fn each_subscription_has_its_own_order(fixture: QueueFixture) -> Outcome {
    let mut bee = bee(&fixture).await?;
    let wasp = fixture.subscription("Flower", "Wasp")?;
    let mut wasp = fixture.declared(&wasp).await?;
    let events = of_subject(&fixture, "clover", 3);
    fixture.publish(&events).await?;
    let leases = wasp.take(3).await?;
    check_eq!(leases.len(), 3, "leases at one time");
    let lease = bee.one().await?;
    bee.nothing("the one before is leased").await?;
    lease.commit().await?;
    Ok(())
}

async fn keeping_order_is_refused(fixture: QueueFixture) -> Outcome {
    for name in [
        fixture.subscription("Flower", "Bee")?,
        fixture.simple("Jobs")?,
    ] {
        let declared = fixture.queue.declare_with(&name, in_order()).await;
        check_kind!(declared, Unsupported, "declaring {name} to keep order");
        check!(!fixture.queue.exists(&name).await?, "{name} was declared");
    }
    Ok(())
}

async fn a_failing_subject_blocks_itself_alone(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let clover = fixture.flower().with_subject("clover");
    let thyme = fixture.event("Flower", "thyme").with_subject("thyme");
    fixture.publish(&[clover, thyme]).await?;
    let leases = bee.take(2).await?;
    for lease in leases {
        lease.commit().await?;
    }
    Ok(())
}

async fn one_subject_is_delivered_side_by_side(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let events = of_subject(&fixture, "clover", 3);
    fixture.publish(&events).await?;
    let leases = bee.take(3).await?;
    check_eq!(leases.len(), 3, "leases at one time");
    Ok(())
}
