//! An event leaves its queue only when it is among the dead letters.

use std::time::Duration;

use beehive_core::ErrorKind;
use beehive_core::queue::EventQueue;
use beehive_rabbit::{QueueType, RabbitConfig, RabbitQueue, TopologyMode};
use beehive_tests::services::{Broker, BrokerOptions, Permissions};
use beehive_tests::trials::{Outcome, Place, Trial};
use tokio::time::Instant;

use super::graveyard::{assert_same, event, record};
use super::{Graveyard, private, raw, shared};

pub(super) fn trials() -> Vec<Trial> {
    [
        shared("a_deleted_queue_is_declared_again", a_deleted_queue),
        shared("a_deleted_queue_is_empty", a_deleted_queue_is_empty),
        private("a_full_queue_keeps_the_lease", a_full_queue),
        private("reading_is_all_it_takes_to_look", reading_is_all_it_takes),
    ]
    .into_iter()
    .flatten()
    .collect()
}

async fn a_deleted_queue(place: Place, kind: QueueType) -> Outcome {
    let yard = Graveyard::shared(place, kind).await?;
    let event = event();
    yard.queue.publish(std::slice::from_ref(&event)).await?;
    let lease = yard.lease().await?;
    raw::delete(&yard.client.channel, &yard.dead()).await?;
    lease.dead_letter(&record("buried")).await?;
    assert_eq!(yard.ids(10).await?, [event.id().clone()]);
    assert_eq!(yard.alive().await?, []);
    assert!(yard.queue.health().is_up());
    yard.close().await
}

async fn a_deleted_queue_is_empty(place: Place, kind: QueueType) -> Outcome {
    let yard = Graveyard::shared(place, kind).await?;
    yard.plant(2).await?;
    raw::delete(&yard.client.channel, &yard.dead()).await?;
    assert_eq!(yard.letters().count(&yard.name).await?, 0);
    assert_eq!(yard.ids(10).await?, []);
    // It is there again.
    assert_eq!(raw::count(&yard.channel().await?, &yard.dead()).await?.0, 0);
    // But not for a subscription that is gone as well.
    yard.queue.delete(&yard.name).await?;
    let error = yard.letters().count(&yard.name).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    yard.close().await
}

async fn a_full_queue(place: Place, kind: QueueType) -> Outcome {
    const LENGTH: usize = 2;
    let broker = Broker::start(BrokerOptions::default()).await?;
    let policy = format!(r#"{{"max-length":{LENGTH},"overflow":"reject-publish"}}"#);
    broker
        .ctl(&["set_policy", "full", "dead$", &policy])
        .await?;
    let yard = Graveyard::open(place, kind, broker.url(), broker.url()).await?;
    let mut buried = 0;
    let (event, failure) = loop {
        let event = event();
        yard.queue.publish(std::slice::from_ref(&event)).await?;
        match yard.lease().await?.dead_letter(&record("buried")).await {
            Ok(()) => buried += 1,
            Err(failure) => break (event, failure),
        }
        // A quorum queue takes a few more than its limit.
        assert!(buried < 20 * LENGTH, "it is never full");
    };
    assert!(failure.error.is_temporary(), "{failure}");
    assert!(failure.error.to_string().contains("full"), "{failure}");
    // The lease is as it was: held by us, and no one else gets the event.
    assert!(!failure.lease.is_expired());
    assert_eq!(raw::count(&yard.client.channel, &yard.live()).await?.0, 0);
    broker.ctl(&["clear_policy", "full"]).await?;
    let mut lease = failure.lease;
    let end = Instant::now() + Duration::from_secs(20);
    while let Err(failure) = lease.dead_letter(&record("buried")).await {
        assert!(Instant::now() < end, "{failure}");
        lease = failure.lease;
    }
    assert_eq!(
        yard.letters().get(&yard.name, event.id()).await?.record,
        record("buried")
    );
    yard.close().await
}

/// Who may neither declare nor write can look at dead letters, and not redrive them.
async fn reading_is_all_it_takes(place: Place, kind: QueueType) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let namespace = place.namespace.clone();
    let yard = Graveyard::open(place, kind, broker.url(), broker.url()).await?;
    let planted = yard.plant(3).await?;
    let reader = Permissions {
        configure: "^$",
        write: "^$",
        read: ".*",
    };
    broker.add_user("reader", "secret", reader).await?;
    let config = RabbitConfig::from_url(&broker.url_as("reader", "secret"))?
        .with_namespace(namespace.parse()?)
        .with_queue_type(kind)
        .with_topology(TopologyMode::Check);
    let queue = RabbitQueue::connect(config).await?;
    let letters = queue.dead_letters();
    assert_eq!(letters.count(&yard.name).await?, 3);
    assert_eq!(
        letters.get(&yard.name, &planted[1]).await?.event.id(),
        &planted[1]
    );
    let error = letters.redrive(&yard.name, &planted[1]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    assert_same(&yard.ids(10).await?, &planted);
    queue.close().await;
    yard.close().await
}
