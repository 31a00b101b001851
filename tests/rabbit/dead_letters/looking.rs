//! Looking at dead letters changes nothing.

use beehive_core::ErrorKind;
use beehive_core::page::PageRequest;
use beehive_core::queue::EventQueue;
use beehive_rabbit::QueueType;
use beehive_tests::trials::{Outcome, Place, Trial};
use std::sync::Arc;

use super::graveyard::{all, assert_same, event, given_up, ids, planted};
use super::{Graveyard, raw, shared};

pub(super) fn trials() -> Vec<Trial> {
    [
        shared("order_survives_other_lookers", order_survives_others),
        shared("two_look_at_once", two_look_at_once),
        shared("ten_thousand_are_paged", ten_thousand_are_paged),
        shared("pages_outlive_changes", pages_outlive_changes),
        shared("copies_are_one", copies_are_one),
        shared("a_dropped_look_returns_all", a_dropped_look_returns_all),
        shared("somebody_elses_consumer", somebody_elses_consumer),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What a quorum queue does to its order when a part is taken twice, or one by one.
async fn order_survives_others(place: Place, kind: QueueType) -> Outcome {
    let yard = Graveyard::shared(place, kind).await?;
    let planted = yard.plant(100).await?;
    raw::hold(&yard.channel().await?, &yard.dead(), 60).await?;
    raw::hold(&yard.channel().await?, &yard.dead(), 30).await?;
    assert_same(&yard.ids(7).await?, &planted);
    raw::get(&yard.channel().await?, &yard.dead(), 100).await?;
    assert_same(&yard.ids(100).await?, &planted);
    assert_eq!(yard.letters().count(&yard.name).await?, 100);
    yard.close().await
}

async fn two_look_at_once(place: Place, kind: QueueType) -> Outcome {
    const ROUNDS: usize = 5;
    let yard = Graveyard::shared(place, kind).await?;
    let planted = yard.plant(200).await?;
    let lookers = [
        Arc::clone(&yard.queue),
        Arc::clone(&yard.queue),
        yard.neighbour().await?,
        yard.neighbour().await?,
    ];
    let looks = lookers.map(|queue| {
        let (name, planted) = (yard.name.clone(), planted.clone());
        tokio::spawn(async move {
            for _ in 0..ROUNDS {
                let seen = all(queue.dead_letters(), &name, 80).await?;
                assert_same(&ids(&seen), &planted);
            }
            Ok(()) as Outcome
        })
    });
    for look in looks {
        look.await??;
    }
    assert_eq!(yard.letters().count(&yard.name).await?, 200);
    yard.close().await
}

async fn ten_thousand_are_paged(place: Place, kind: QueueType) -> Outcome {
    const COUNT: usize = 10_000;
    let yard = Graveyard::shared(place, kind).await?;
    let planted = yard.plant(COUNT).await?;
    assert_eq!(yard.letters().count(&yard.name).await?, COUNT as u64);
    assert_same(&yard.ids(1_000).await?, &planted);
    let last = yard.letters().get(&yard.name, &planted[COUNT - 1]).await?;
    assert_eq!(last.event.data().as_ref(), b"9999");
    assert_eq!(yard.letters().count(&yard.name).await?, COUNT as u64);
    assert_eq!(yard.letters().purge(&yard.name).await?, COUNT as u64);
    assert_eq!(yard.letters().count(&yard.name).await?, 0);
    yard.close().await
}

async fn pages_outlive_changes(place: Place, kind: QueueType) -> Outcome {
    let yard = Graveyard::shared(place, kind).await?;
    let planted = yard.plant(30).await?;
    let letters = yard.letters();
    let first = letters.list(&yard.name, &PageRequest::first(10)).await?;
    assert_eq!(ids(&first.items), planted[..10]);
    // What the page showed is redriven, and so is what the next would begin with.
    for id in &planted[..11] {
        letters.redrive(&yard.name, id).await?;
    }
    let late = event();
    yard.bury(&late).await?;
    let rest = PageRequest::first(100).starting_at(first.next.ok_or("no second page")?);
    let rest = ids(&letters.list(&yard.name, &rest).await?.items);
    assert_eq!(rest[..19], planted[11..]);
    yard.close().await
}

/// Also when they are far apart.
async fn copies_are_one(place: Place, kind: QueueType) -> Outcome {
    const COUNT: usize = 1_500;
    let yard = Graveyard::shared(place, kind).await?;
    let (template, _) = yard.template().await?;
    let mut expected = yard.plant(COUNT).await?;
    // The first once more, given up after all the others.
    let (again, body) = planted(&template, 0);
    let again = given_up(again, COUNT);
    raw::publish(&yard.client.channel, &yard.dead(), [(again, body)]).await?;

    let first = expected.remove(0);
    expected.push(first);
    assert_same(&yard.ids(400).await?, &expected);
    // The earlier copy is gone.
    let (ready, _) = raw::count(&yard.client.channel, &yard.dead()).await?;
    assert_eq!(yard.letters().count(&yard.name).await?, COUNT as u64);
    assert!(usize::try_from(ready)? <= COUNT, "{ready}");
    yard.close().await
}

async fn a_dropped_look_returns_all(place: Place, kind: QueueType) -> Outcome {
    let yard = Graveyard::shared(place, kind).await?;
    let planted = yard.plant(3_000).await?;
    for millis in [1, 5, 10, 20, 40, 80] {
        let page = PageRequest::first(10);
        let look = yard.letters().list(&yard.name, &page);
        let limit = std::time::Duration::from_millis(millis);
        // Whether it was done by then does not matter.
        tokio::time::timeout(limit, look).await.ok();
        let all = PageRequest::first(5_000);
        let seen = yard.letters().list(&yard.name, &all).await?;
        assert_same(&ids(&seen.items), &planted);
    }
    yard.close().await
}

/// It is told, and waited for, but not for ever.
async fn somebody_elses_consumer(place: Place, kind: QueueType) -> Outcome {
    let yard = Graveyard::shared(place, kind).await?;
    yard.plant(3).await?;
    let channel = yard.channel().await?;
    let consumer = channel
        .basic_consume(
            yard.dead().into(),
            "shovel".into(),
            lapin::options::BasicConsumeOptions::default(),
            lapin::types::FieldTable::default(),
        )
        .await?;
    let error = yard.letters().count(&yard.name).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Temporary, "{error}");
    assert!(error.to_string().contains("consume"), "{error}");
    channel.close(200, "done".into()).await?;
    drop(consumer);
    assert_eq!(yard.letters().count(&yard.name).await?, 3);
    yard.close().await
}
