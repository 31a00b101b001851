//! The hop with apalis. It does not wait for confirmations when it publishes, so publishing is by
//! hand.

use std::sync::Arc;

use apalis::prelude::{BoxDynError, Data, WorkerBuilder, WorkerBuilderExt as _};
use apalis_amqp::{AmqpBackend, Config};
use hop::{Confirmed, Error, Hop, Order, Watch};
use lapin::options::QueueDeclareOptions;

async fn step(
    order: Order,
    watch: Data<Arc<Watch>>,
    next: Data<Confirmed>,
) -> Result<(), BoxDynError> {
    watch.arrive();
    next.publish(&order.processed()).await?;
    watch.finish();
    Ok(())
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Error> {
    let hop = Hop::from_arguments()?;
    let watch = Arc::new(Watch::new(hop.events));
    let next = Confirmed::open(&hop).await?;
    let config = Config::default()
        .queue(&*hop.source)
        .prefetch_count(hop.in_flight)
        .declare_options(QueueDeclareOptions {
            passive: true,
            durable: true,
            ..QueueDeclareOptions::default()
        });
    let backend = AmqpBackend::<Order>::new_from_addr(&hop.url)?.with_config(config);
    let worker = WorkerBuilder::new("hop")
        .backend(backend)
        .concurrency(hop.in_flight.into())
        .data(Arc::clone(&watch))
        .data(next)
        .build(step);
    tokio::select! {
        ended = worker.run() => Err(format!("the worker ended: {ended:?}").into()),
        told = watch.tell() => told,
    }
}
