//! The broker's own limit on how long a delivery may be held.

use std::sync::mpsc::sync_channel;
use std::time::Duration;

use beehive_core::ErrorKind;
use beehive_tests::services::{Broker, BrokerOptions};
use beehive_tests::trials::{Outcome, Place, Trial, trial};
use tokio::runtime::{Builder, Handle};
use tokio::time::{Instant, timeout};

use super::Stage;
use super::stage::{A_WHILE, SOON, id_of, ids_of};
use crate::amqp::Client;

/// How long the broker lets a delivery be held here.
const LIMIT: Duration = Duration::from_secs(4);

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial(
            "receiving::the_consumer_timeout_never_fires",
            the_consumer_timeout_never_fires,
        )
        .with_brokers(1),
        trial(
            "receiving::the_consumer_timeout_costs_the_channel",
            the_consumer_timeout_costs_the_channel,
        )
        .with_brokers(1),
        trial(
            "receiving::a_commit_on_a_closed_channel_is_not_believed",
            a_commit_on_a_closed_channel,
        )
        .with_brokers(1),
    ]
}

/// A broker that looks often at how long deliveries are held.
async fn strict_broker() -> Result<Broker, libtest_mimic::Failed> {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let limit = format!(
        "application:set_env(rabbit, consumer_timeout, {}), \
         application:set_env(rabbit, channel_tick_interval, 200).",
        LIMIT.as_millis()
    );
    broker.ctl(&["eval", &limit]).await?;
    Ok(broker)
}

/// F13: whoever would hold an event for too long loses the lease in time, and nobody else is harmed.
async fn the_consumer_timeout_never_fires(place: Place) -> Outcome {
    let broker = strict_broker().await?;
    let stage = Stage::open(&place, broker.url(), |config| {
        config.with_consumer_timeout(LIMIT)
    })
    .await?;
    stage.publish(1).await?;
    let start = Instant::now();
    let mut bee = stage.bee_with(2, LIMIT / 4).await?;
    let mut lease = bee.one().await?;
    let too_long = lease.extend(LIMIT).await;
    assert!(too_long.is_err_and(|error| error.kind() == ErrorKind::Limit));
    let end = start + 3 * LIMIT;
    // It is held as long as that is possible, and given back then, again and again.
    for attempt in 1.. {
        assert_eq!(lease.attempt(), attempt, "the attempt");
        if Instant::now() >= end {
            break;
        }
        while !lease.is_expired() {
            tokio::time::sleep(LIMIT / 20).await;
            // At the limit it is refused; the lease lasts to its end nevertheless.
            let extended = lease.extend(LIMIT / 4).await;
            if let Err(error) = extended {
                let kind = error.kind();
                assert!(
                    matches!(kind, ErrorKind::Limit | ErrorKind::LeaseLost),
                    "{error}"
                );
            }
        }
        let lost = timeout(Duration::ZERO, lease.lost()).await;
        assert!(lost.is_err(), "the channel was lost");
        lease = bee.one().await?;
    }
    lease.commit().await?;
    bee.nothing().await?;
    Ok(())
}

/// F13, forced: beehive believes that the broker is more patient than it is.
async fn the_consumer_timeout_costs_the_channel(place: Place) -> Outcome {
    let broker = strict_broker().await?;
    let stage = Stage::open(&place, broker.url(), |config| config).await?;
    let ids = stage.publish(3).await?;
    let mut bee = stage.bee(3).await?;
    let leases = bee.take(3).await?;
    for lease in &leases {
        timeout(SOON, lease.lost()).await?;
    }
    for lease in leases {
        let error = lease
            .commit()
            .await
            .err()
            .ok_or("committed on a dead channel")?;
        assert_eq!(error.error.kind(), ErrorKind::LeaseLost, "{error}");
    }
    // Siblings and all come again, with the same receiver.
    let leases = bee.take(3).await?;
    assert_eq!(ids_of(&leases), ids);
    for lease in leases {
        assert!(ids.contains(&id_of(&lease)));
        assert_eq!(lease.attempt(), 2);
        lease.commit().await?;
    }
    bee.nothing().await?;
    Ok(())
}

/// F15: the driver learns first that the broker closed a channel. What is settled before anybody else
/// has learnt it is a lost lease as well.
async fn a_commit_on_a_closed_channel(place: Place) -> Outcome {
    let broker = strict_broker().await?;
    let stage = Stage::open(&place, broker.url(), |config| config).await?;
    let ids = stage.publish(3).await?;
    let (client, queue) = (
        Client::connect(broker.url()).await?,
        stage.at_broker("Flower-Bee"),
    );
    let driver = Handle::current();
    // The receiver is on a thread of its own, and the driver is not: while that thread waits nobody
    // else can notice anything.
    tokio::task::spawn_blocking(move || {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            // No lease ends before the channel does.
            let mut bee = stage.bee_with(3, Duration::from_mins(10)).await?;
            let mut leases = bee.take(3).await?;
            let (closed, is_closed) = sync_channel(1);
            driver.spawn(async move {
                let back = client.until_ready(&queue, 3).await;
                // The driver may be a little behind.
                tokio::time::sleep(A_WHILE).await;
                closed.send(back.is_ok())
            });
            assert!(is_closed.recv()?, "the broker did not close the channel");
            let mut extended = leases.pop().ok_or("a third lease")?;
            let abandoned = leases.pop().ok_or("a second lease")?;
            let committed = leases.pop().ok_or("a first lease")?;
            for settled in [
                extended.extend(SOON).await.map(drop),
                committed.commit().await.map_err(Into::into),
                abandoned.abandon().await.map_err(Into::into),
            ] {
                let error: beehive_core::Error = settled.err().ok_or("it was believed")?;
                assert_eq!(error.kind(), ErrorKind::LeaseLost, "{error}");
            }
            drop(extended);
            bee.commit_exactly(&ids).await
        })
    })
    .await?
}
