//! While the broker is short of memory, publishing waits.

use std::sync::Arc;
use std::time::Duration;

use beehive_core::queue::{EventQueue, Health};
use beehive_rabbit::RabbitConfig;
use beehive_tests::services::{Broker, BrokerOptions};
use beehive_tests::trials::{Outcome, Place, Trial, eventually, trial};
use libtest_mimic::Failed;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Stage;
use super::stage::{event, events};

/// How long the queue waits for a confirm here.
const CONFIRM: Duration = Duration::from_secs(1);
/// Long enough for every time-out of the publisher to fire, if it counted.
const LONG: Duration = Duration::from_secs(6);
/// For what a broker does in its own time.
const SOON: Duration = Duration::from_secs(30);

pub(super) fn trials() -> Vec<Trial> {
    vec![trial("publishing::waits_out_an_alarm", waits_out_an_alarm).with_brokers(1)]
}

async fn waits_out_an_alarm(place: Place) -> Outcome {
    const CALLERS: usize = 300;
    let broker = Broker::start(BrokerOptions::default()).await?;
    let quick = |config: RabbitConfig| config.with_confirm_timeout(CONFIRM);
    let stage = Stage::open(&place, broker.url(), broker.url(), quick).await?;
    let name = stage.declare("Flower-Bee").await?;
    stage.queue.publish(&events("Flower", 8)).await?;

    broker.raise_memory_alarm().await?;
    // The broker says so when it is published to.
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let queue = Arc::clone(&stage.queue);
        callers.spawn(async move { queue.publish(&[event("Flower")]).await });
    }
    eventually("a blocked connection", SOON, || async {
        let health = stage.queue.health();
        Ok::<_, Failed>(matches!(health, Health::Degraded(_)).then_some(()))
    })
    .await?;
    // One that gives up is not published any more.
    let given_up = timeout(CONFIRM, stage.queue.publish(&[event("Flower")])).await;
    assert!(given_up.is_err(), "{given_up:?}");

    // What the alarm overtook may have been confirmed; nothing fails.
    let mut confirmed = 0;
    while let Ok(Some(published)) = timeout(LONG, callers.join_next()).await {
        published??;
        confirmed += 1;
    }
    assert!(confirmed < CALLERS, "the alarm blocked nobody");
    broker.clear_memory_alarm().await?;
    while let Some(published) = timeout(SOON, callers.join_next()).await? {
        published??;
        confirmed += 1;
    }
    assert_eq!(confirmed, CALLERS);
    let count = usize::try_from(stage.count(&name).await?)?;
    assert_eq!(count, 8 + CALLERS);
    assert_eq!(stage.queue.health(), Health::Up);
    Ok(())
}
