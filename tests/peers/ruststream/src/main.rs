//! The hop with ruststream-lapin. It waits for confirmations, and does not publish as mandatory:
//! what no queue takes is confirmed and gone.

use std::num::NonZeroU16;
use std::sync::OnceLock;

use hop::{Error, Hop, Watch};
use ruststream_lapin::prelude::*;
use serde::{Deserialize, Serialize};

/// Handlers are free functions; this is what they share.
static SHARED: OnceLock<(Hop, Watch)> = OnceLock::new();

#[derive(Debug, Serialize, Deserialize, Outgoing)]
#[serde(transparent)]
struct Order(hop::Order);

#[subscriber(RabbitQueue::new("replaced"), workers(64))]
async fn step(order: &Order, Out(next): Out<impl Publisher>) -> HandlerOutcome {
    let Some((hop, watch)) = SHARED.get() else {
        return HandlerOutcome::retry();
    };
    watch.arrive();
    let order = Order(order.0.clone().processed());
    let published = next.message(&order).to(&*hop.target).publish();
    if published.await.is_err() {
        return HandlerOutcome::retry();
    }
    watch.finish();
    HandlerOutcome::ack()
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Error> {
    let hop = Hop::from_arguments()?;
    let prefetch = NonZeroU16::new(hop.in_flight).ok_or("nothing is in flight")?;
    if hop.in_flight != 64 {
        return Err("how many are in flight is fixed at 64 here, at compile time".into());
    }
    let (hop, watch) = SHARED.get_or_init(|| (hop.clone(), Watch::new(hop.events)));
    let broker = LapinBroker::new(&hop.url).prefetch(prefetch);
    let source = RabbitQueue::new(&hop.source).durable(true);
    let app = RustStream::new(AppInfo::new("hop", "0.1.0")).with_broker(broker, |b| {
        b.include(step.map_source(|_| source))
            .out(DefaultSlot, TransactionalPublish::default())
            .build();
    });
    let mut told = Ok(());
    app.run_until(async { told = watch.tell().await }).await?;
    told
}
