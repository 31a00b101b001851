//! Each kind of fault, up close: what it does to who sees it, and what it leaves behind.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::num::NonZeroUsize;
use std::time::Duration;

use beehive_core::prelude::*;
use beehive_core::queue::{Lease, ReceiverOptions};
use beehive_core::testing::{Fault, FaultPlan, Faults, FaultyQueue};
use beehive_core::{Error, Result};
use tokio::time::{advance, timeout};

const LEASE: Duration = Duration::from_secs(30);
const MANY: NonZeroUsize = NonZeroUsize::new(100).unwrap();

fn name() -> QueueName {
    "Flower-Bee".parse().unwrap()
}

fn flowers(count: usize) -> Vec<Event> {
    let flower = |number: usize| Event::new("Flower", "text/plain", number.to_string());
    (0..count).map(flower).collect()
}

/// A broker, and how a process under one fault sees it.
async fn under(fault: Fault, rate: f64) -> Result<(MemoryQueue, Faults, FaultyQueue)> {
    let broker = MemoryQueue::default();
    broker.declare(&name()).await?;
    let faults = Faults::new(FaultPlan::none().with(fault, rate).with_seed(1));
    let queue = faults.queue(broker.clone());
    Ok((broker, faults, queue))
}

async fn receive(queue: &dyn EventQueue) -> Result<Vec<Lease>> {
    let options = ReceiverOptions::new(MANY, LEASE);
    queue
        .receiver(&name(), options)
        .await?
        .receive(MANY, Duration::ZERO)
        .await
}

#[tokio::test(start_paused = true)]
async fn some_of_a_batch_are_refused_and_named() -> Result<()> {
    let (broker, faults, queue) = under(Fault::PublishRefused, 0.5).await?;
    let error = queue.publish(&flowers(20)).await.unwrap_err();
    let refused = error.failures().len();
    assert!(error.is_temporary() && (1..20).contains(&refused));
    assert_eq!(broker.census().waiting, 20 - refused);
    assert_eq!(faults.log().count(Fault::PublishRefused), refused as u64);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_has_the_same_id_and_may_come_late() -> Result<()> {
    let (broker, _, queue) = under(Fault::Duplicated, 1.0).await?;
    queue.publish(&flowers(10)).await.unwrap();
    let census = broker.census();
    assert!(census.waiting > 10 && census.delayed > 0, "{census:?}");
    assert_eq!(census.waiting + census.delayed, 20);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_delayed_event_is_confirmed_and_comes_later() -> Result<()> {
    let (broker, _, queue) = under(Fault::Delayed, 1.0).await?;
    queue.publish(&flowers(10)).await.unwrap();
    assert!(broker.census().delayed > 5);
    advance(Duration::from_secs(20)).await;
    assert_eq!(broker.census().waiting, 10);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_batch_and_a_delivery_change_their_order() -> Result<()> {
    let (broker, _, queue) = under(Fault::Reordered, 1.0).await?;
    let order = |leases: Vec<Lease>| -> Vec<String> {
        let text = |lease: Lease| String::from_utf8(lease.event().data().to_vec()).unwrap();
        leases.into_iter().map(text).collect()
    };
    let flowers = flowers(10);
    queue.publish(&flowers).await.unwrap();
    let first = order(receive(&broker).await?);
    advance(LEASE).await;
    let second = order(receive(&queue).await?);
    let sorted: Vec<_> = (0..10).map(|number| number.to_string()).collect();
    assert!(first != sorted && second != first);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_lost_delivery_comes_again_when_its_lease_expires() -> Result<()> {
    let (broker, _, queue) = under(Fault::DeliveryLost, 1.0).await?;
    broker.publish(&flowers(1)).await.unwrap();
    assert!(receive(&queue).await.unwrap_err().is_temporary());
    assert_eq!(broker.census().leased, 1);
    advance(LEASE).await;
    assert_eq!(receive(&broker).await?[0].attempt(), 2);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_failed_receive_takes_nothing() -> Result<()> {
    let (broker, _, queue) = under(Fault::ReceiveFailed, 1.0).await?;
    broker.publish(&flowers(1)).await.unwrap();
    assert!(receive(&queue).await.unwrap_err().is_temporary());
    assert_eq!(broker.census().waiting, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_cut_lease_promises_more_than_it_holds() -> Result<()> {
    let (broker, _, queue) = under(Fault::LeaseCut, 1.0).await?;
    broker.publish(&flowers(1)).await.unwrap();
    let mut lease = receive(&queue).await?.remove(0);
    advance(Duration::from_secs(21)).await;
    assert!(!lease.is_expired());
    assert_eq!(broker.census().waiting, 1);
    let error = lease.extend(LEASE).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseLost);
    let error: Error = lease.commit().await.unwrap_err().into();
    assert_eq!(error.kind(), ErrorKind::LeaseLost);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn settling_fails_before_or_after_it_took_effect() -> Result<()> {
    for (fault, left) in [(Fault::SettleRefused, 1), (Fault::SettleUnconfirmed, 0)] {
        let (broker, _, queue) = under(fault, 1.0).await?;
        broker.publish(&flowers(1)).await.unwrap();
        let lease = receive(&queue).await?.remove(0);
        let failed = lease.commit().await.unwrap_err();
        assert!(failed.error.is_temporary());
        assert_eq!(broker.census().leased, left, "{fault}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_write_fails_before_or_after_it_took_effect() -> Result<()> {
    for (fault, value) in [(Fault::StoreRefused, 0), (Fault::StoreUnconfirmed, 1)] {
        let stores = Stores::memory();
        let faults = Faults::new(FaultPlan::none().with(fault, 1.0));
        let counter = faults.stores(&stores).counter()?;
        assert!(counter.add("bees", 1).await.unwrap_err().is_temporary());
        assert_eq!(stores.counter()?.value("bees").await?, value, "{fault}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_race_is_lost_only_by_a_write_that_expects_a_version() -> Result<()> {
    let stores = Stores::memory();
    let faults = Faults::new(FaultPlan::none().with(Fault::Conflict, 1.0));
    let documents = faults.stores(&stores).key_value()?;
    let etag = documents.put("a", "1", PutOptions::insert()).await?;
    let error = documents
        .put("a", "2", PutOptions::replace(etag))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    documents.put("a", "3", PutOptions::default()).await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_is_slow_takes_its_time_and_works() -> Result<()> {
    let (broker, _, queue) = under(Fault::Slow, 1.0).await?;
    let start = tokio::time::Instant::now();
    queue.publish(&flowers(1)).await.unwrap();
    assert!(!start.elapsed().is_zero());
    assert_eq!(broker.census().waiting, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_dead_process_does_nothing_more() -> Result<()> {
    let (broker, faults, queue) = under(Fault::Crash, 0.0).await?;
    broker.publish(&flowers(2)).await.unwrap();
    let lease = receive(&queue).await?.remove(0);
    let stores = faults.stores(&Stores::memory());
    faults.crash();
    faults.crashed().await;
    let hour = Duration::from_hours(1);
    timeout(hour, queue.publish(&flowers(1))).await.unwrap_err();
    timeout(hour, lease.commit()).await.unwrap_err();
    timeout(hour, receive(&queue)).await.unwrap_err();
    timeout(hour, stores.counter()?.add("bees", 1))
        .await
        .unwrap_err();
    assert_eq!(broker.census().waiting, 2);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_process_may_die_in_the_middle_of_a_batch() -> Result<()> {
    let mut halves = 0;
    for seed in 0..50 {
        let broker = MemoryQueue::default();
        broker.declare(&name()).await?;
        let plan = FaultPlan::none().with(Fault::Crash, 0.2).with_seed(seed);
        let queue = Faults::new(plan).queue(broker.clone());
        let published = timeout(LEASE, queue.publish(&flowers(5))).await;
        let there = broker.census().waiting;
        assert!(published.is_err() || there == 5);
        halves += usize::from((1..5).contains(&there));
    }
    assert!(halves > 10, "{halves}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn one_seed_gives_the_same_faults_and_another_gives_others() -> Result<()> {
    let run = |seed| async move {
        let broker = MemoryQueue::default();
        broker.declare(&name()).await?;
        let plan = FaultPlan::none()
            .with(Fault::PublishRefused, 0.5)
            .with_seed(seed);
        let queue = Faults::new(plan).queue(broker);
        let error = queue.publish(&flowers(64)).await.unwrap_err();
        let positions: Vec<_> = error
            .failures()
            .iter()
            .map(|failure| failure.position)
            .collect();
        Ok::<_, Error>(positions)
    };
    assert_eq!(run(1).await?, run(1).await?);
    assert_ne!(run(1).await?, run(2).await?);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn in_calm_weather_nothing_strikes() -> Result<()> {
    let (_, faults, queue) = under(Fault::PublishRefused, 1.0).await?;
    faults.calm();
    queue.publish(&flowers(10)).await.unwrap();
    assert_eq!(faults.log().total(), 0);
    Ok(())
}
