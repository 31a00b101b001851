//! Actors and events fail on a real broker.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use beehive_core::actor::ActorError;
use beehive_core::event::{Event, to_cloudevent};
use beehive_core::hive::{FactorySettings, Hive, RunningHive};
use beehive_core::prelude::Stores;
use beehive_core::queue::{DeadLetterReason, EventQueue, Health, QueueName};
use beehive_core::recovery::RetryPolicy;
use beehive_rabbit::{RabbitConfig, RabbitQueue};
use beehive_tests::services::{Broker, BrokerOptions, shared_broker};
use beehive_tests::trials::{Outcome, Place, Trial, eventually, trial};
use jiff::Timestamp;
use lapin::BasicProperties;
use lapin::options::BasicPublishOptions;
use lapin::types::{AMQPValue, FieldTable};
use libtest_mimic::Failed;
use serde::{Deserialize, Serialize};

use super::actors::{Answer, actor};
use crate::amqp::Client;

const SOON: Duration = Duration::from_secs(30);

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("hive::dead_letters_what_panics", a_panic).with_shared_broker(),
        trial("hive::skips_duplicates", a_duplicate).with_shared_broker(),
        trial("hive::parks_what_it_does_not_know", an_unknown_event).with_shared_broker(),
        trial("hive::gives_up_what_is_too_large", a_large_event).with_shared_broker(),
        trial(
            "hive::tells_that_nothing_can_be_given_up",
            full_dead_letters,
        )
        .with_brokers(1),
    ]
}

/// A hive of one actor.
struct Stage {
    queue: Arc<RabbitQueue>,
    running: RunningHive,
    name: QueueName,
}

impl Stage {
    async fn start<F, W>(place: &Place, script: F) -> Result<Self, Failed>
    where
        F: Fn(Event) -> W + Send + Sync + 'static,
        W: Future<Output = Answer> + Send,
    {
        let url = shared_broker().ok_or("no shared broker")?;
        Self::start_on(&url, place, script).await
    }

    /// The same, on the broker at this URL.
    async fn start_on<F, W>(url: &str, place: &Place, script: F) -> Result<Self, Failed>
    where
        F: Fn(Event) -> W + Send + Sync + 'static,
        W: Future<Output = Answer> + Send,
    {
        let config = RabbitConfig::from_url(url)?.with_namespace(place.namespace.parse()?);
        let queue = Arc::new(RabbitQueue::connect(config).await?);
        let name: QueueName = "Start-Bee".parse()?;
        let retry = RetryPolicy::default()
            .with_immediate(1)
            .with_delayed(1)
            .with_base(Duration::from_millis(200));
        let running = Hive::builder("failures")
            .shared_queue(Arc::<RabbitQueue>::clone(&queue))
            .stores(Stores::memory())
            .settings(FactorySettings::default().with_retry(retry))
            .register(actor(&name, script))
            .entry("Start")
            .build()?
            .start()
            .await?;
        Ok(Self {
            queue,
            running,
            name,
        })
    }

    /// Waits until so many events were processed.
    async fn processed(&self, count: u64) -> Outcome {
        eventually("the events to be processed", SOON, || async {
            let processed = self.running.statistics().processed;
            Ok::<_, Failed>((processed == count).then_some(()))
        })
        .await
    }

    /// Waits until there is a dead letter, and says why it is one.
    async fn given_up(&self, event: &Event) -> Result<DeadLetterReason, Failed> {
        eventually("a dead letter", SOON, || async {
            match self.queue.dead_letters().get(&self.name, event.id()).await {
                Ok(letter) => {
                    assert_eq!(letter.event.data(), event.data());
                    Ok(Some(letter.record.reason))
                }
                Err(error) if error.kind() == beehive_core::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(Failed::from(error)),
            }
        })
        .await
    }

    async fn conclude(self) -> Outcome {
        assert!(self.running.drain().await.is_clean());
        self.queue.delete_declared().await?;
        self.queue.delete_delays().await?;
        Ok(())
    }
}

async fn a_panic(place: Place) -> Outcome {
    let stage = Stage::start(&place, |event: Event| async move {
        assert!(event.data() != "poison", "as the test says");
        Ok(Vec::new())
    })
    .await?;
    let publisher = stage.running.publisher();
    let poison = Event::new("Start", "text/plain", "poison");
    publisher.publish(poison.clone()).await?;
    for _ in 0..10 {
        publisher
            .publish(Event::new("Start", "text/plain", "clover"))
            .await?;
    }
    assert_eq!(
        stage.given_up(&poison).await?,
        DeadLetterReason::AttemptsExhausted
    );
    stage.processed(10).await?;
    // Two at once, and two after a delay that the broker kept.
    assert_eq!(stage.running.statistics().failed, 4);
    stage.conclude().await
}

async fn a_duplicate(place: Place) -> Outcome {
    let runs = Arc::new(AtomicU32::default());
    let counted = Arc::clone(&runs);
    let stage = Stage::start(&place, move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        async { Ok(Vec::new()) }
    })
    .await?;
    let event = Event::new("Start", "text/plain", "clover");
    for _ in 0..5 {
        stage.running.publisher().publish(event.clone()).await?;
    }
    stage.processed(5).await?;
    assert_eq!(runs.load(Ordering::Relaxed), 1, "runs");
    assert_eq!(stage.running.statistics().duplicates_skipped, 4);
    stage.conclude().await
}

#[derive(Serialize, Deserialize)]
struct Known {
    order: String,
}

/// As from a newer version of a publisher: this one cannot read it, and a later one may.
async fn an_unknown_event(place: Place) -> Outcome {
    let stage = Stage::start(&place, |event: Event| async move {
        let known: Known = event.body()?;
        assert_eq!(known.order, "4711");
        Ok(Vec::new())
    })
    .await?;
    let unknown = Event::json("StartAgain", &"something else")?.with_destination("Start-".parse()?);
    stage.running.publisher().publish(unknown.clone()).await?;
    assert_eq!(
        stage.given_up(&unknown).await?,
        DeadLetterReason::UnknownType
    );
    assert_eq!(stage.running.statistics().failed, 1, "it was tried again");
    let known = Event::json(
        "Start",
        &Known {
            order: "4711".into(),
        },
    )?;
    stage.running.publisher().publish(known).await?;
    stage.processed(1).await?;
    stage.conclude().await
}

/// F22: another program may send more than beehive would.
async fn a_large_event(place: Place) -> Outcome {
    let stage = Stage::start(&place, |_| async { Ok(Vec::new()) }).await?;
    let size = stage.queue.capabilities().limits.body_max() + 1;
    let large = Event::new("Start", "application/octet-stream", vec![7; size]);
    let mut headers = FieldTable::default();
    for (name, value) in to_cloudevent(&large, Timestamp::now()) {
        let value = AMQPValue::LongString(value.clone().into());
        headers.insert(format!("cloudEvents:{name}").into(), value);
    }
    let client = Client::connect(&shared_broker().ok_or("no shared broker")?).await?;
    let published = client.channel.basic_publish(
        format!("{}.Start", place.namespace).into(),
        "".into(),
        BasicPublishOptions::default(),
        large.data(),
        BasicProperties::default()
            .with_delivery_mode(2)
            .with_headers(headers),
    );
    published.await?.await?;
    assert_eq!(stage.given_up(&large).await?, DeadLetterReason::TooLarge);
    assert_eq!(stage.running.statistics().failed, 0, "an actor saw it");
    let small = Event::new("Start", "text/plain", "clover");
    stage.running.publisher().publish(small).await?;
    stage.processed(1).await?;
    stage.conclude().await
}

/// F32: while there is no room for dead letters no event is committed, and the hive says so.
async fn full_dead_letters(place: Place) -> Outcome {
    const EVENTS: u64 = 12;
    let broker = Broker::start(BrokerOptions::default()).await?;
    let limit = r#"{"max-length":1,"overflow":"reject-publish"}"#;
    broker.ctl(&["set_policy", "full", "dead$", limit]).await?;
    let stage = Stage::start_on(broker.url(), &place, |_| async {
        Err(ActorError::terminal("as the test says"))
    })
    .await?;
    for _ in 0..EVENTS {
        let event = Event::new("Start", "text/plain", "poison");
        stage.running.publisher().publish(event).await?;
    }
    let health = || stage.running.status().actors.into_values().next();
    eventually("a hive that cannot give up", SOON, || async {
        Ok::<_, Failed>(match health() {
            Some(Health::Degraded(why)) => why.contains("cannot dead-letter").then_some(()),
            _ => None,
        })
    })
    .await?;
    assert!(stage.running.statistics().dead_lettered < EVENTS);
    broker.ctl(&["clear_policy", "full"]).await?;
    eventually("all events being given up", SOON, || async {
        let count = stage.queue.dead_letters().count(&stage.name).await?;
        Ok::<_, Failed>((count == EVENTS).then_some(()))
    })
    .await?;
    eventually("a hive that is well", SOON, || async {
        Ok::<_, Failed>(health().is_some_and(|health| health.is_up()).then_some(()))
    })
    .await?;
    stage.conclude().await
}
