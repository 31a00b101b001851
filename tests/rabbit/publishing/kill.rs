//! A broker that dies under load loses nothing that it confirmed.

use std::collections::HashSet;
use std::time::Duration;

use beehive_rabbit::{QueueType, RabbitConfig};
use beehive_tests::services::{Broker, BrokerOptions};
use beehive_tests::trials::{Outcome, Place, Trial, trial};

use super::Stage;
use super::load::Load;
use super::stage::TYPES;

/// How long the queue waits for a confirm here.
const CONFIRM: Duration = Duration::from_secs(5);
/// What no call takes longer than: once to be sent, once to be confirmed, and a busy machine.
const DEADLINE: Duration = Duration::from_secs(30);

pub(super) fn trials() -> Vec<Trial> {
    TYPES
        .into_iter()
        .map(|kind| {
            let name = format!("publishing::a_killed_broker_loses_nothing::{kind:?}");
            trial(name.to_lowercase(), move |place| {
                a_killed_broker(place, kind)
            })
            .with_brokers(1)
            .with_deadline(Duration::from_mins(4))
        })
        .chain([trial(
            "publishing::closed_connections_lose_nothing",
            closed_connections,
        )
        .with_brokers(1)])
        .collect()
}

async fn a_killed_broker(place: Place, kind: QueueType) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let configure =
        |config: RabbitConfig| config.with_queue_type(kind).with_confirm_timeout(CONFIRM);
    let stage = Stage::open(&place, broker.url(), broker.url(), configure).await?;
    let name = stage.declare("Flower-Bee").await?;
    broker.flush_declarations().await?;

    let load = Load::start(&stage.queue, 64, DEADLINE);
    load.more(500).await?;
    broker.kill().await?;
    broker.start_again().await?;
    load.more(500).await?;
    let told = load.stop().await?;
    assert!(told.failed > 0, "nothing was under way when it died");

    let view = Stage::open(&place, broker.url(), broker.url(), configure).await?;
    let arrived: HashSet<_> = view.take_all(&name).await?.into_iter().collect();
    let is_lost = |id: &&String| !arrived.contains(*id);
    let lost: Vec<_> = told.confirmed.iter().filter(is_lost).collect();
    assert_eq!(lost, [&""; 0], "of {} confirmed", told.confirmed.len());
    Ok(())
}

async fn closed_connections(place: Place) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let stage = Stage::open(&place, broker.url(), broker.url(), |config| config).await?;
    let name = stage.declare("Flower-Bee").await?;
    let load = Load::start(&stage.queue, 64, DEADLINE);
    for _ in 0..3 {
        load.more(200).await?;
        broker.close_all_connections().await?;
    }
    load.more(200).await?;
    let told = load.stop().await?;
    assert!(told.failed > 0, "nothing was under way");

    let view = Stage::open(&place, broker.url(), broker.url(), |config| config).await?;
    let arrived: HashSet<_> = view.take_all(&name).await?.into_iter().collect();
    let is_lost = |id: &&String| !arrived.contains(*id);
    let lost: Vec<_> = told.confirmed.iter().filter(is_lost).collect();
    assert_eq!(lost, [&""; 0], "of {} confirmed", told.confirmed.len());
    Ok(())
}
