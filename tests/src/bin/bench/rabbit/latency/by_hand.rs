//! Two loops by hand, one after the other.

use futures_util::future::try_join_all;
use lapin::options::ConfirmSelectOptions;
use tokio::try_join;

use super::times::{Run, Times, ticks};
use crate::Result;
use crate::rabbit::bare::{Bare, Connections, Settling, publish};
use crate::rabbit::broker::Broker;
use crate::rabbit::hop::Hop;
use crate::rabbit::order::Order;
use crate::rabbit::queues::{Queues, connect};

/// One run.
pub(super) async fn run(broker: &Broker, hop: Hop) -> Result<Run> {
    let queues = Queues::of_a_hop(broker.url(), hop.queue_type).await?;
    let times = Times::new(hop.events)?;
    let before = broker.usage()?;
    let first = Bare {
        broker,
        hop,
        settling: Settling::Single,
        connections: Connections::One,
        source: queues.source(),
        target: queues.target(),
    };
    let last = Hop {
        follow_ups: 0,
        ..hop
    };
    let second = Bare {
        hop: last,
        source: queues.target(),
        ..first
    };
    try_join!(
        first.run(|_| {}),
        second.run(|number| times.arrived(number)),
        source(broker, hop, queues.source(), &times),
    )?;
    let used = before.until_now()?;
    queues.account(last).await?;
    queues.remove().await?;
    Ok(Run {
        latencies: times.latencies()?,
        used,
    })
}

async fn source(broker: &Broker, hop: Hop, queue: &str, times: &Times) -> Result<()> {
    let connection = connect(broker.url()).await?;
    let channel = connection.create_channel().await?;
    let confirms = ConfirmSelectOptions::default();
    channel.confirm_select(confirms).await?;
    let mut published = Vec::new();
    let mut ticks = ticks();
    for number in 0..hop.events {
        ticks.tick().await;
        let data = Order::new(number, hop.body)?;
        times.published(number);
        published.push(publish::publish(
            &channel,
            queue,
            data.json()?,
            number.to_string(),
        ));
    }
    try_join_all(published.into_iter().map(publish::confirmed)).await?;
    connection.close(200, "done".into()).await?;
    Ok(())
}
