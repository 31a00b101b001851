//! Events that were given up are kept, with the record of why.

use super::super::{Case, Failure, Outcome, check, check_eq, check_kind};
use super::fixture::record;
use super::{QueueFixture, case};
use crate::event::EventId;
use crate::page::PageRequest;
use crate::queue::{DeadLetter, DeadLetterReason, DeadLetterRecord, QueueName, RedriveRate};

pub(super) fn cases() -> Vec<Case<QueueFixture>> {
    let cases = vec![
        case!(
            dead_letters::a_dead_letter_keeps_event_and_record,
            "a dead letter is the event and the record it was given up with"
        ),
        case!(
            dead_letters::every_reason_is_kept,
            "a dead letter is kept with its reason, whichever it is"
        ),
        case!(
            dead_letters::a_dead_letter_is_not_delivered,
            "a dead-lettered event is not delivered again"
        ),
        case!(
            dead_letters::a_simple_queue_has_dead_letters,
            "simple queues keep dead letters too"
        ),
        case!(
            dead_letters::they_are_listed_oldest_first,
            "the list of dead letters goes from the oldest to the newest"
        ),
        case!(
            dead_letters::pages_show_each_once,
            "all pages together show each dead letter once, in order"
        ),
        case!(
            dead_letters::listing_changes_nothing,
            "listing dead letters neither loses nor reorders any"
        ),
        case!(
            dead_letters::twice_is_once,
            "an event that is dead-lettered twice is one dead letter, with the later record"
        ),
        case!(
            dead_letters::a_missing_one_is_not_found,
            "getting a dead letter that is not there is an error of kind not found"
        ),
        case!(
            dead_letters::purging_deletes_them_all,
            "purging deletes all dead letters of a queue, and no others"
        ),
        case!(
            dead_letters::they_go_with_their_queue,
            "the dead letters of a deleted queue are gone"
        ),
        case!(
            dead_letters::an_undeclared_queue_has_none,
            "asking for the dead letters of an undeclared queue is an error of kind not found"
        ),
    ];
    let supported = |case: Case<QueueFixture>| case.when(|f| f.capabilities().dead_letters);
    cases.into_iter().map(supported).collect()
}

/// All dead letters, read in pages of this size.
pub(super) async fn all(
    fixture: &QueueFixture,
    name: &QueueName,
    page_size: usize,
) -> Result<Vec<DeadLetter>, Failure> {
    /// Pages may be short or empty, but not for ever.
    const PAGES_MAX: usize = 1_000;
    let mut letters = Vec::new();
    let mut page = PageRequest::first(page_size);
    for _ in 0..PAGES_MAX {
        let read = fixture.queue.dead_letters().list(name, &page).await?;
        check!(read.items.len() <= page_size, "a page is too long");
        letters.extend(read.items);
        match read.next {
            Some(next) => page = PageRequest::first(page_size).starting_at(next),
            None => return Ok(letters),
        }
    }
    Err(Failure::new("the pages do not end"))
}

fn ids(letters: &[DeadLetter]) -> Vec<EventId> {
    letters
        .iter()
        .map(|letter| letter.event.id().clone())
        .collect()
}

/// A subscription with so many dead letters, and their ids in the order in which they came.
async fn buried(
    fixture: &QueueFixture,
    count: usize,
) -> Result<(QueueName, Vec<EventId>), Failure> {
    let (name, mut bee) = fixture.bee().await?;
    let events = fixture.events("Flower", count);
    for event in &events {
        fixture.bury(&mut bee, event).await?;
    }
    let ids = events.iter().map(|event| event.id().clone()).collect();
    Ok((name, ids))
}

async fn a_dead_letter_keeps_event_and_record(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let event = fixture
        .event("Flower", vec![0, 159, 146, 150])
        .with_subject("order")
        .with_property("tenant", "blue");
    let dead_letters = fixture.queue.dead_letters();
    check_eq!(dead_letters.count(&name).await?, 0, "dead letters before");
    fixture.bury(&mut bee, &event).await?;
    check_eq!(dead_letters.count(&name).await?, 1, "dead letters");
    let letter = dead_letters.get(&name, event.id()).await?;
    check_eq!(letter.record, record("buried"), "the record");
    check_eq!(letter.event, event, "the event");
    check_eq!(all(&fixture, &name, 10).await?, vec![letter], "the list");
    Ok(())
}

async fn every_reason_is_kept(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let mut given_up = Vec::new();
    for reason in DeadLetterReason::ALL {
        let event = fixture.flower();
        fixture.push(&event).await?;
        let given = DeadLetterRecord {
            reason: *reason,
            ..record("buried")
        };
        bee.one().await?.dead_letter(&given).await?;
        given_up.push((event.id().clone(), given));
    }
    let letters = all(&fixture, &name, 100).await?.into_iter();
    let kept: Vec<_> = letters
        .map(|it| (it.event.id().clone(), it.record))
        .collect();
    check_eq!(kept, given_up, "the records");
    Ok(())
}

async fn a_dead_letter_is_not_delivered(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    fixture.bury(&mut bee, &fixture.flower()).await?;
    bee.nothing("the event is a dead letter").await?;
    fixture.outlive_leases().await;
    bee.nothing("the event is a dead letter").await
}

async fn a_simple_queue_has_dead_letters(fixture: QueueFixture) -> Outcome {
    let name = fixture.simple("Jobs")?;
    let mut worker = fixture.declared(&name).await?;
    let job = fixture.flower().with_destination(name.clone());
    fixture.bury(&mut worker, &job).await?;
    let dead_letters = fixture.queue.dead_letters();
    let letter = dead_letters.get(&name, job.id()).await?;
    check_eq!(letter.record, record("buried"), "the record");
    dead_letters.redrive(&name, job.id()).await?;
    worker.commit_exactly(&[job]).await
}

async fn they_are_listed_oldest_first(fixture: QueueFixture) -> Outcome {
    let (name, expected) = buried(&fixture, 5).await?;
    check_eq!(ids(&all(&fixture, &name, 100).await?), expected, "the list");
    Ok(())
}

async fn pages_show_each_once(fixture: QueueFixture) -> Outcome {
    let (name, expected) = buried(&fixture, 7).await?;
    for size in [1, 2, 3, 7, 8] {
        let listed = ids(&all(&fixture, &name, size).await?);
        check_eq!(listed, expected, "pages of {size}");
    }
    Ok(())
}

async fn listing_changes_nothing(fixture: QueueFixture) -> Outcome {
    let (name, expected) = buried(&fixture, 4).await?;
    for _ in 0..3 {
        // A page alone, as a person who looks at the first of them would read it.
        let page = PageRequest::first(2);
        fixture.queue.dead_letters().list(&name, &page).await?;
        let count = fixture.queue.dead_letters().count(&name).await?;
        check_eq!(count, 4, "dead letters");
    }
    check_eq!(ids(&all(&fixture, &name, 3).await?), expected, "the list");
    Ok(())
}

async fn twice_is_once(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let event = fixture.flower();
    fixture.bury(&mut bee, &event).await?;
    // The same event again, as after a publish whose confirmation was lost.
    fixture.push(&event).await?;
    bee.one().await?.dead_letter(&record("again")).await?;
    let dead_letters = fixture.queue.dead_letters();
    check_eq!(dead_letters.count(&name).await?, 1, "dead letters");
    let letters = all(&fixture, &name, 10).await?;
    check_eq!(letters.len(), 1, "dead letters in the list");
    let letter = dead_letters.get(&name, event.id()).await?;
    check_eq!(letter.record, record("again"), "the record");
    Ok(())
}

async fn a_missing_one_is_not_found(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    fixture.bury(&mut bee, &fixture.flower()).await?;
    let missing = fixture
        .queue
        .dead_letters()
        .get(&name, &EventId::new())
        .await;
    check_kind!(missing, NotFound, "getting what is not there");
    Ok(())
}

async fn purging_deletes_them_all(fixture: QueueFixture) -> Outcome {
    let (name, expected) = buried(&fixture, 3).await?;
    let wasp = fixture.subscription("Sheep", "Wolf")?;
    let mut reader = fixture.declared(&wasp).await?;
    fixture
        .bury(&mut reader, &fixture.event("Sheep", "wool"))
        .await?;
    let dead_letters = fixture.queue.dead_letters();
    check_eq!(dead_letters.purge(&name).await?, 3, "deleted dead letters");
    check_eq!(dead_letters.count(&name).await?, 0, "dead letters left");
    check_kind!(
        dead_letters.get(&name, &expected[0]).await,
        NotFound,
        "getting it"
    );
    check_eq!(dead_letters.count(&wasp).await?, 1, "the other queue's");
    check_eq!(dead_letters.purge(&name).await?, 0, "deleted again");
    Ok(())
}

async fn they_go_with_their_queue(fixture: QueueFixture) -> Outcome {
    let (name, _) = buried(&fixture, 2).await?;
    fixture.queue.delete(&name).await?;
    fixture.queue.declare(&name).await?;
    let count = fixture.queue.dead_letters().count(&name).await?;
    check_eq!(count, 0, "dead letters of the new queue");
    Ok(())
}

async fn an_undeclared_queue_has_none(fixture: QueueFixture) -> Outcome {
    let name = fixture.subscription("Flower", "Bee")?;
    let id = EventId::new();
    let page = PageRequest::default();
    let dead_letters = fixture.queue.dead_letters();
    check_kind!(dead_letters.count(&name).await, NotFound, "count");
    check_kind!(dead_letters.list(&name, &page).await, NotFound, "list");
    check_kind!(dead_letters.get(&name, &id).await, NotFound, "get");
    check_kind!(dead_letters.redrive(&name, &id).await, NotFound, "redrive");
    let rate = RedriveRate::default();
    check_kind!(
        dead_letters.redrive_all(&name, rate).await,
        NotFound,
        "redrive all"
    );
    check_kind!(dead_letters.purge(&name).await, NotFound, "purge");
    Ok(())
}
