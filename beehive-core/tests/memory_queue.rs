//! What only the queue in memory promises, and what is easier to see up close than in a suite.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::num::NonZeroUsize;
use std::time::Duration;

use beehive_core::event::Event;
use beehive_core::page::{Cursor, PageRequest};
use beehive_core::queue::memory::{Census, MemoryQueue, MemoryQueueOptions};
use beehive_core::queue::{
    DeadLetterReason, DeadLetterRecord, EventQueue, EventQueueExt, FailureHistory, QueueName,
    Receiver, ReceiverOptions,
};
use beehive_core::{ErrorKind, Result, Timestamp};
use tokio::time::{Instant, advance, sleep, timeout};

const LEASE: Duration = Duration::from_secs(30);
const ONE: NonZeroUsize = NonZeroUsize::MIN;
const HOUR: Duration = Duration::from_hours(1);

fn name(text: &str) -> QueueName {
    text.parse().unwrap()
}

fn event(body: &'static str) -> Event {
    Event::new("Flower", "text/plain", body)
}

fn record() -> DeadLetterRecord {
    DeadLetterRecord {
        reason: DeadLetterReason::Terminal,
        errors: Vec::new(),
        attempts: 1,
        actor: "Bee".into(),
        host: "hive".into(),
        first_failure: Timestamp::UNIX_EPOCH,
        last_failure: Timestamp::UNIX_EPOCH,
    }
}

async fn declared(names: &[&str]) -> Result<MemoryQueue> {
    let queue = MemoryQueue::default();
    for text in names {
        queue.declare(&name(text)).await?;
    }
    Ok(queue)
}

async fn reader(queue: &MemoryQueue, from: &str) -> Box<dyn Receiver> {
    let options = ReceiverOptions::new(NonZeroUsize::new(100).unwrap(), LEASE);
    queue.receiver(&name(from), options).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_event_goes_through_every_state() -> Result<()> {
    let queue = declared(&["Flower-Bee", "Flower-Wasp"]).await?;
    queue.push(event("clover")).await?;
    let bee = name("Flower-Bee");
    let census = |waiting, leased, delayed| Census {
        waiting,
        leased,
        delayed,
        dead_lettered: 0,
    };
    assert_eq!(queue.census(), census(2, 0, 0));

    let lease = queue.receive_one(&bee, LEASE).await?.unwrap();
    assert_eq!(lease.event().data(), "clover");
    assert_eq!(queue.census_of(&bee)?, census(0, 1, 0));
    advance(LEASE).await;
    assert_eq!(queue.census_of(&bee)?, census(1, 0, 0));
    assert_eq!(
        lease.commit().await.unwrap_err().error.kind(),
        ErrorKind::LeaseLost
    );

    let lease = queue.receive_one(&bee, LEASE).await?.unwrap();
    assert_eq!(lease.attempt(), 2);
    let history = FailureHistory {
        attempts: 7,
        ..FailureHistory::default()
    };
    lease.defer(HOUR, history).await?;
    assert_eq!(queue.census_of(&bee)?, census(0, 0, 1));
    advance(HOUR).await;
    let lease = queue.receive_one(&bee, LEASE).await?.unwrap();
    assert_eq!(lease.attempt(), 8);
    lease.abandon().await?;
    let lease = queue.receive_one(&bee, LEASE).await?.unwrap();
    assert_eq!(lease.attempt(), 8);
    lease.commit().await?;
    assert_eq!(queue.census(), census(1, 0, 0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_waiting_receiver_is_woken_by_a_publish() -> Result<()> {
    let queue = declared(&["Flower-Bee"]).await?;
    let mut bee = reader(&queue, "Flower-Bee").await;
    let start = Instant::now();
    let (leases, ()) = tokio::join!(bee.receive(ONE, HOUR), async {
        sleep(LEASE).await;
        queue.push(event("clover")).await.unwrap();
    });
    assert_eq!(leases?.len(), 1);
    assert_eq!(start.elapsed(), LEASE);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_waiting_receiver_is_woken_by_the_expiry_of_anothers_lease() -> Result<()> {
    let queue = declared(&["Flower-Bee"]).await?;
    let mut idle = reader(&queue, "Flower-Bee").await;
    let mut busy = reader(&queue, "Flower-Bee").await;
    let waiting = tokio::spawn(async move { idle.receive(ONE, HOUR).await });
    tokio::task::yield_now().await;
    // The first wakes the one that waits, so take the second.
    let start = Instant::now();
    queue
        .publish(&[event("clover"), event("thyme")])
        .await
        .unwrap();
    let taken = busy.receive(ONE, HOUR).await?;
    waiting.await.unwrap()?.pop().unwrap().commit().await?;
    drop(taken);
    let again = busy.receive(ONE, HOUR).await?;
    assert_eq!(again[0].attempt(), 2);
    assert_eq!(start.elapsed(), LEASE);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_woken_receiver_that_is_dropped_passes_its_wake_up_on() -> Result<()> {
    let queue = declared(&["Flower-Bee"]).await?;
    let mut first = reader(&queue, "Flower-Bee").await;
    let mut second = reader(&queue, "Flower-Bee").await;
    let start = Instant::now();
    {
        let mut dropped = Box::pin(first.receive(ONE, HOUR));
        assert!(futures_util::poll!(&mut dropped).is_pending());
        let mut waiting = Box::pin(second.receive(ONE, HOUR));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        queue.push(event("clover")).await?;
        drop(dropped);
        let leases = timeout(LEASE, waiting).await.unwrap()?;
        assert_eq!(leases.len(), 1);
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_full_subscription_refuses_and_the_others_get_their_event() -> Result<()> {
    let queue = MemoryQueue::new(MemoryQueueOptions::default().with_capacity(1));
    queue.declare(&name("Flower-Bee")).await?;
    queue.declare(&name("Flower-Wasp")).await?;
    queue.push(event("clover")).await?;
    let lease = queue
        .receive_one(&name("Flower-Wasp"), LEASE)
        .await?
        .unwrap();
    lease.commit().await?;
    let error = queue.publish(&[event("thyme")]).await.unwrap_err();
    assert!(error.is_temporary());
    assert_eq!(queue.census_of(&name("Flower-Bee"))?.waiting, 1);
    assert_eq!(queue.census_of(&name("Flower-Wasp"))?.waiting, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn idle_waits_until_all_is_settled() -> Result<()> {
    let queue = declared(&["Flower-Bee"]).await?;
    queue.push(event("clover").deliver_after(HOUR)).await?;
    let start = Instant::now();
    let mut bee = reader(&queue, "Flower-Bee").await;
    let worker = tokio::spawn(async move {
        let lease = bee.receive(ONE, 2 * HOUR).await.unwrap().pop().unwrap();
        sleep(Duration::from_secs(10)).await;
        lease.commit().await.unwrap();
    });
    queue.idle().await;
    assert_eq!(start.elapsed(), HOUR + Duration::from_secs(10));
    worker.await.unwrap();
    Ok(())
}

/// Receivers that give up at random while publishers are at work: a lost wake-up would leave an
/// event waiting beside receivers that wait for ever, and this test would not end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_wake_up_is_lost_with_receivers_that_give_up() -> Result<()> {
    const RECEIVERS: usize = 4;
    const PUBLISHERS: usize = 2;
    const EVENTS: usize = 1_000;
    let queue = declared(&["Flower-Bee"]).await?;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..RECEIVERS {
        let mut bee = reader(&queue, "Flower-Bee").await;
        tasks.spawn(async move {
            let mut committed = 0;
            for round in number.. {
                let patience = if round % 3 == 0 { HOUR } else { Duration::MAX };
                let leases = tokio::select! {
                    biased;
                    leases = bee.receive(ONE, patience) => leases,
                    // Gives up in two rounds of three, after a few turns of the others.
                    () = turns(round % 5), if round % 3 != 0 => continue,
                };
                let Ok(leases) = leases else { break };
                for lease in leases {
                    lease.commit().await.unwrap();
                    committed += 1;
                }
            }
            committed
        });
    }
    let mut publishers = tokio::task::JoinSet::new();
    for _ in 0..PUBLISHERS {
        let queue = queue.clone();
        publishers.spawn(async move {
            for round in 0..EVENTS {
                queue.push(event("clover")).await.unwrap();
                turns(round % 4).await;
            }
        });
    }
    while publishers.join_next().await.is_some() {}
    queue.idle().await;
    queue.delete(&name("Flower-Bee")).await?;
    let committed: usize = tasks.join_all().await.into_iter().sum();
    assert_eq!(committed, PUBLISHERS * EVENTS);
    Ok(())
}

/// Lets other tasks run so many times.
async fn turns(count: usize) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn one_dead_letter_too_many_leaves_its_lease_as_it_is() -> Result<()> {
    let queue = MemoryQueue::new(MemoryQueueOptions::default().with_capacity(1));
    let bee = name("Flower-Bee");
    queue.declare(&bee).await?;
    let record = record();
    queue.push(event("clover")).await?;
    let first = queue.receive_one(&bee, LEASE).await?.unwrap();
    first.dead_letter(&record).await?;

    queue.push(event("heather")).await?;
    let second = queue.receive_one(&bee, LEASE).await?.unwrap();
    let refused = second.dead_letter(&record).await.unwrap_err();
    assert!(refused.error.is_temporary(), "{}", refused.error);
    queue.dead_letters().purge(&bee).await?;
    refused.lease.dead_letter(&record).await?;
    assert_eq!(queue.census_of(&bee)?.dead_lettered, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_copy_of_a_dead_letter_needs_no_room() -> Result<()> {
    let options = MemoryQueueOptions::default().with_capacity(1);
    let queue = MemoryQueue::new(options);
    let bee = name("Flower-Bee");
    queue.declare(&bee).await?;
    let event = event("clover");
    for _ in 0..2 {
        queue.push(event.clone()).await?;
        let lease = queue.receive_one(&bee, LEASE).await?.unwrap();
        lease.dead_letter(&record()).await?;
    }
    let census = queue.census_of(&bee)?;
    assert_eq!((census.dead_lettered, census.leased), (1, 0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_cursor_beyond_every_dead_letter_is_at_the_end() -> Result<()> {
    let queue = MemoryQueue::default();
    let bee = name("Flower-Bee");
    queue.declare(&bee).await?;
    let last = Cursor::new(u64::MAX.to_string());
    let page = PageRequest::first(1).starting_at(last);
    let listed = queue.dead_letters().list(&bee, &page).await?;
    assert!(listed.items.is_empty() && listed.next.is_none());
    Ok(())
}
