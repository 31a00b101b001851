//! Delayed events come when they are due, whatever else is delayed, and whatever the broker suffers.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use beehive_core::Error;
use beehive_core::event::{Event, EventId};
use beehive_core::queue::{EventQueue, FailureHistory, QueueName, Receiver, ReceiverOptions};
use beehive_rabbit::{QueueType, RabbitConfig, RabbitQueue};
use beehive_tests::services::{Broker, BrokerOptions, shared_broker};
use beehive_tests::trials::{Outcome, Place, Trial, eventually, trial};
use jiff::Timestamp;
use libtest_mimic::Failed;
use tokio::time::{Instant, sleep_until};

use crate::amqp::Client;

/// What the broker's part of a trip and a busy machine may take beyond the delay.
const LATE: Duration = Duration::from_secs(10);
/// How many events at once, at most.
const MANY: NonZeroUsize = NonZeroUsize::MIN.saturating_add(199);
/// For how long the broker leaves alone what it could not dead-letter because its exchanges were not
/// there yet when it started.
const SET_ASIDE: Duration = Duration::from_mins(3);

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("delays::a_thousand_at_once", a_thousand_at_once).with_brokers(1),
        trial("delays::nobody_there", nobody_there).with_shared_broker(),
        trial(
            "delays::for_who_is_there_when_due",
            for_who_is_there_when_due,
        )
        .with_shared_broker(),
        trial("delays::again_and_again", again_and_again).with_shared_broker(),
        trial("delays::survive_a_kill", survive_a_kill)
            .with_brokers(1)
            .with_deadline(2 * SET_ASIDE + Duration::from_mins(2)),
    ]
}

async fn connect(url: &str, place: &Place, queue_type: QueueType) -> Result<RabbitQueue, Error> {
    let config = RabbitConfig::from_url(url)?
        .with_namespace(place.namespace.parse()?)
        .with_queue_type(queue_type);
    RabbitQueue::connect(config).await
}

async fn shared(place: &Place) -> Result<RabbitQueue, Failed> {
    let url = shared_broker().ok_or("no shared broker")?;
    Ok(connect(&url, place, QueueType::Quorum).await?)
}

fn name(text: &str) -> QueueName {
    text.parse().expect("a name")
}

async fn declared(queue: &RabbitQueue, text: &str) -> Result<Box<dyn Receiver>, Error> {
    queue.declare(&name(text)).await?;
    let options = ReceiverOptions::new(MANY, Duration::from_mins(2));
    queue.receiver(&name(text), options).await
}

/// An event, when it may come, how much later it may come, and what was noted of it.
struct Expected {
    event: Event,
    due: Instant,
    late: Duration,
    history: FailureHistory,
}

impl Expected {
    fn latest(&self) -> Instant {
        self.due + self.late
    }
}

fn delayed(topic: &str, delay: Duration) -> Expected {
    let event = Event::new(topic, "text/plain", "clover").deliver_after(delay);
    let due = Instant::now() + delay;
    Expected {
        event,
        due,
        late: LATE,
        history: FailureHistory::default(),
    }
}

async fn publish(queue: &RabbitQueue, expected: &[Expected]) -> Outcome {
    let events: Vec<_> = expected.iter().map(|it| it.event.clone()).collect();
    let receipt = queue.publish(&events).await?;
    assert_eq!(receipt.unrouted, [0; 0], "unrouted events");
    Ok(())
}

/// Receives all of these, and nothing else; none before it is due or too late. Some may come twice
/// where the broker was killed.
async fn all_come(receiver: &mut dyn Receiver, expected: &[Expected]) -> Outcome {
    let expected: HashMap<&EventId, &Expected> = expected
        .iter()
        .map(|expected| (expected.event.id(), expected))
        .collect();
    let mut missing = expected.clone();
    while let Some(last) = missing.values().map(|missing| missing.latest()).max() {
        let now = Instant::now();
        if now > last {
            return Err(format!("{} of {} did not come", missing.len(), expected.len()).into());
        }
        // A connection that is lost and restored meanwhile is an error that passes.
        let wait = (last - now).min(Duration::from_secs(5));
        let leases = receiver.receive(MANY, wait).await.unwrap_or_default();
        let now = Instant::now();
        for lease in leases {
            let id = lease.event().id().clone();
            let Some(expected) = expected.get(&id) else {
                return Err(format!("{id} should not have come").into());
            };
            let Expected {
                due, late, history, ..
            } = expected;
            assert_eq!(lease.history(), *history, "{id}");
            assert!(lease.attempt() > history.attempts, "{id}");
            assert!(now >= *due, "{id} came {:?} early", *due - now);
            if missing.remove(&id).is_some() {
                assert!(now <= *due + *late, "{id} came {:?} late", now - *due);
            }
            // It comes again if that fails.
            lease.commit().await.ok();
        }
    }
    Ok(())
}

async fn a_thousand_at_once(place: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let queue = connect(broker.url(), &place, QueueType::Quorum).await?;
    let mut bee = declared(&queue, "Flower-Bee").await?;
    let classic = connect(broker.url(), &place, QueueType::Classic).await?;
    let mut wasp = declared(&classic, "Flower-Wasp").await?;
    // The longest first: it would hold back all others in a queue that is kept in order.
    let years = delayed("Flower", Duration::from_hours(24 * 365 * 20));
    publish(&queue, &[years]).await?;
    let expected: Vec<_> = (0..1_000_u64)
        .rev()
        .map(|step| delayed("Flower", Duration::from_millis(step * 10)))
        .collect();
    publish(&queue, &expected).await?;
    let (bee, wasp) = tokio::join!(
        all_come(&mut *bee, &expected),
        all_come(&mut *wasp, &expected)
    );
    bee?;
    wasp
}

async fn nobody_there(place: Place) -> Outcome {
    let queue = shared(&place).await?;
    let mut bee = declared(&queue, "Flower-Bee").await?;
    let jobs = name("Jobs-Jobs");
    queue.declare(&jobs).await?;
    // More than the broker holds back of one level when it cannot dead-letter them.
    let short = Duration::from_secs(1);
    let mut nobodys: Vec<_> = (0..50).map(|_| delayed("Stone", short)).collect();
    nobodys.extend((0..50).map(|_| {
        let mut job = delayed("Jobs", short);
        job.event = job.event.with_destination(jobs.clone());
        job
    }));
    publish(&queue, &nobodys).await?;
    queue.delete(&jobs).await?;
    let expected = [delayed("Flower", short)];
    publish(&queue, &expected).await?;
    all_come(&mut *bee, &expected).await?;

    let url = shared_broker().ok_or("no shared broker")?;
    let client = Client::connect(&url).await?;
    let undelivered = format!("{}.delay.undelivered", place.namespace);
    for _ in &nobodys {
        eventually("the event of nobody", LATE, || client.take(&undelivered)).await?;
    }
    queue.delete_declared().await?;
    Ok(())
}

async fn for_who_is_there_when_due(place: Place) -> Outcome {
    let queue = shared(&place).await?;
    let mut bee = declared(&queue, "Flower-Bee").await?;
    let expected = [delayed("Flower", Duration::from_secs(3))];
    publish(&queue, &expected).await?;
    let mut moth = declared(&queue, "Flower-Moth").await?;
    // Like its topic, but another one.
    let mut stranger = declared(&queue, "Flowers-Bee").await?;
    all_come(&mut *moth, &expected).await?;
    all_come(&mut *bee, &expected).await?;
    let wait = Duration::from_millis(500);
    for receiver in [&mut bee, &mut moth, &mut stranger] {
        assert!(receiver.receive(MANY, wait).await?.is_empty());
    }
    queue.delete_declared().await?;
    Ok(())
}

/// The broker drops what it dead-letters in a circle, unless each trip is a message of its own.
async fn again_and_again(place: Place) -> Outcome {
    let queue = shared(&place).await?;
    let mut bee = declared(&queue, "Flower-Bee").await?;
    let event = Event::new("Flower", "text/plain", "clover");
    queue.publish(std::slice::from_ref(&event)).await?;
    let delay = Duration::from_millis(375);
    let mut due = Instant::now();
    for _ in 0..5 {
        let lease = bee.receive(NonZeroUsize::MIN, LATE).await?.pop();
        let lease = lease.ok_or("the event did not come again")?;
        assert_eq!(lease.event().id(), event.id());
        assert!(Instant::now() >= due, "it came early");
        due = Instant::now() + delay;
        lease.defer(delay, FailureHistory::default()).await?;
    }
    queue.delete_declared().await?;
    Ok(())
}

async fn survive_a_kill(place: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let queue = connect(broker.url(), &place, QueueType::Quorum).await?;
    let mut bee = declared(&queue, "Flower-Bee").await?;
    broker.flush_declarations().await?;
    let start = Instant::now();
    let mut deferred = delayed("Flower", Duration::ZERO);
    publish(&queue, std::slice::from_ref(&deferred)).await?;
    let lease = bee.receive(NonZeroUsize::MIN, LATE).await?.pop();
    let delay = Duration::from_secs(100);
    deferred.due = Instant::now() + delay;
    deferred.history = FailureHistory {
        attempts: 7,
        first_failure: Some(Timestamp::UNIX_EPOCH),
        silent: 0,
    };
    let lease = lease.ok_or("the event did not come")?;
    lease.defer(delay, deferred.history).await?;
    // Across several levels each. Fewer at a time than make the broker hold back all of a level.
    let of_millis = |millis| delayed("Flower", Duration::from_millis(millis));
    let mut expected: Vec<_> = (0..25).map(|step| of_millis(2_000 + step * 401)).collect();
    for expected in &mut expected {
        expected.late = 2 * SET_ASIDE;
    }
    expected.extend((0..100).map(|step| of_millis(100_000 + step * 501)));
    publish(&queue, &expected).await?;
    expected.push(deferred);
    sleep_until(start + Duration::from_secs(5)).await;
    broker.kill().await?;
    broker.start_again().await?;
    let down = start.elapsed();
    assert!(
        down < Duration::from_secs(90),
        "after a start of {down:?} nothing is due later"
    );
    // What fell due while it was down or starting is set aside for a while, but not lost, and what
    // falls due later is on time.
    all_come(&mut *bee, &expected).await
}
