//! The broker's own limit on how long a delivery may be held.

use std::time::Duration;

use beehive_core::ErrorKind;
use beehive_tests::services::{Broker, BrokerOptions};
use beehive_tests::trials::{Outcome, Place, Trial, trial};
use tokio::time::{Instant, timeout};

use super::Stage;
use super::stage::{SOON, id_of, ids_of};

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
