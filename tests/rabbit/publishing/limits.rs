//! Large events.

use beehive_core::ErrorKind;
use beehive_core::event::Event;
use beehive_core::queue::EventQueue;
use beehive_tests::services::{Broker, BrokerOptions};
use beehive_tests::trials::{Outcome, Place, Trial, trial};
use tokio::task::JoinSet;

use super::Stage;
use super::stage::event;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("publishing::a_large_event_arrives_whole", a_large_event).with_shared_broker(),
        trial(
            "publishing::the_brokers_own_limit_is_told",
            the_brokers_own_limit,
        )
        .with_brokers(1),
    ]
}

/// A body that shows where it was cut or mixed up.
fn body(length: usize) -> Vec<u8> {
    (0_u32..).flat_map(u32::to_be_bytes).take(length).collect()
}

async fn a_large_event(place: Place) -> Outcome {
    let stage = Stage::shared(&place).await?;
    let name = stage.declare("Flower-Bee").await?;
    let max = stage.queue.capabilities().limits.body_max();
    let within = Event::new("Flower", "application/octet-stream", body(max));
    let beyond = Event::new("Flower", "application/octet-stream", body(max + 1));
    let property = "x".repeat(200 * 1024);
    let headers = event("Flower").with_property("long", property);
    let Err(error) = stage.queue.publish(&[beyond, within, headers]).await else {
        return Err("an event beyond the limits was confirmed".into());
    };
    let told: Vec<_> = error
        .failures()
        .iter()
        .map(|failure| (failure.position, failure.error.kind()))
        .collect();
    assert_eq!(told, [(0, ErrorKind::Limit), (2, ErrorKind::Limit)]);
    let arrived = stage.client.take(&stage.at_broker(&name)).await?;
    assert!(arrived == Some(body(max)), "the body came whole");
    assert_eq!(stage.count(&name).await?, 0);
    Ok(())
}

async fn the_brokers_own_limit(place: Place) -> Outcome {
    const MAX: usize = 65_536;
    let options = BrokerOptions::default().with_setting("max_message_size", &MAX.to_string());
    let broker = Broker::start(options).await?;
    let stage = Stage::open(&place, broker.url(), broker.url(), |config| config).await?;
    let name = stage.declare("Flower-Bee").await?;
    stage.queue.publish(&[event("Flower")]).await?;
    let mut callers = JoinSet::new();
    for caller in 0..32 {
        let queue = std::sync::Arc::clone(&stage.queue);
        let size = if caller % 8 == 0 { MAX + 1 } else { MAX };
        callers.spawn(async move {
            let event = Event::new("Flower", "application/octet-stream", body(size));
            let id = event.id().to_string();
            (size, id, queue.publish(&[event]).await)
        });
    }
    let mut confirmed = Vec::new();
    while let Some(published) = callers.join_next().await {
        let (size, id, published) = published?;
        match published {
            Ok(_) => {
                assert_eq!(size, MAX);
                confirmed.push(id);
            }
            Err(error) => {
                let failure = &error.failures()[0].error;
                let is_large = size > MAX;
                // Who went together with one that is too large may try again.
                assert_eq!(failure.is_temporary(), !is_large, "{failure:?}");
                assert_eq!(failure.kind() == ErrorKind::Limit, is_large, "{failure:?}");
            }
        }
    }
    let arrived = stage.take_all(&name).await?;
    for id in confirmed {
        assert!(arrived.contains(&id), "{id} was confirmed");
    }
    // The publisher works as before.
    let last = event("Flower");
    stage.queue.publish(std::slice::from_ref(&last)).await?;
    assert_eq!(stage.take_all(&name).await?, [last.id().to_string()]);
    Ok(())
}
