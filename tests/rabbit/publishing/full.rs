//! A queue that is full refuses, and takes again when it is read.

use std::time::Duration;

use beehive_core::queue::EventQueue;
use beehive_rabbit::QueueType;
use beehive_tests::services::{Broker, BrokerOptions};
use beehive_tests::trials::{Outcome, Place, Trial, eventually, trial};
use libtest_mimic::Failed;

use super::Stage;
use super::stage::{TYPES, event};

pub(super) fn trials() -> Vec<Trial> {
    TYPES
        .into_iter()
        .map(|kind| {
            let name = format!("publishing::a_full_queue_refuses::{kind:?}").to_lowercase();
            trial(name, move |place| a_full_queue_refuses(place, kind)).with_brokers(1)
        })
        .collect()
}

async fn a_full_queue_refuses(place: Place, kind: QueueType) -> Outcome {
    const LENGTH: usize = 5;
    let broker = Broker::start(BrokerOptions::default()).await?;
    let policy = format!(r#"{{"max-length":{LENGTH}}}"#);
    broker
        .ctl(&["set_policy", "full", "Flower", &policy])
        .await?;
    let by_type = |config: beehive_rabbit::RabbitConfig| config.with_queue_type(kind);
    let stage = Stage::open(&place, broker.url(), broker.url(), by_type).await?;
    let name = stage.declare("Flower-Bee").await?;

    let mut confirmed = Vec::new();
    let refused = loop {
        let event = event("Flower");
        match stage.queue.publish(std::slice::from_ref(&event)).await {
            Ok(_) => confirmed.push(event.id().to_string()),
            Err(error) => break (event, error),
        }
        // A quorum queue takes a few more than its limit.
        assert!(confirmed.len() < 10 * LENGTH, "it is never full");
    };
    let (event, error) = refused;
    assert!(confirmed.len() >= LENGTH);
    assert!(error.is_temporary(), "{error}");
    assert!(error.to_string().contains("full"), "{error}");

    let arrived = stage.take_all(&name).await?;
    assert!(arrived.starts_with(&confirmed), "{arrived:?} {confirmed:?}");
    eventually("taking again", Duration::from_secs(20), || async {
        let published = stage.queue.publish(std::slice::from_ref(&event)).await;
        Ok::<_, Failed>(published.ok())
    })
    .await?;
    let id = event.id().to_string();
    assert!(stage.take_all(&name).await?.contains(&id));
    Ok(())
}
