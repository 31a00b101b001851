//! The hop with omniqueue. It does not wait for confirmations and offers no way to.

use std::sync::Arc;

use hop::{Error, Hop, Order, Watch};
use omniqueue::backends::rabbitmq::{
    BasicConsumeOptions, BasicProperties, BasicPublishOptions, ConnectionProperties, FieldTable,
};
use omniqueue::backends::{RabbitMqBackend, RabbitMqConfig};
use tokio::sync::Semaphore;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Error> {
    let hop = Hop::from_arguments()?;
    let watch = Arc::new(Watch::new(hop.events));
    let config = RabbitMqConfig {
        uri: hop.url.clone(),
        connection_properties: ConnectionProperties::default(),
        publish_exchange: String::new(),
        publish_routing_key: hop.target.clone(),
        publish_options: BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        },
        publish_properties: BasicProperties::default().with_delivery_mode(2),
        consume_queue: hop.source.clone(),
        consumer_tag: "hop".into(),
        consume_options: BasicConsumeOptions::default(),
        consume_arguments: FieldTable::default(),
        consume_prefetch_count: Some(hop.in_flight),
        requeue_on_nack: true,
    };
    let (next, mut consumer) = RabbitMqBackend::builder(config).build_pair().await?;
    let next = Arc::new(next);
    let slots = Arc::new(Semaphore::new(hop.in_flight.into()));
    let counted = Arc::clone(&watch);
    let work = async move {
        loop {
            let slot = Arc::clone(&slots).acquire_owned().await?;
            let delivery = consumer.receive().await?;
            counted.arrive();
            let (next, watch) = (Arc::clone(&next), Arc::clone(&counted));
            tokio::spawn(async move {
                let order: Order = delivery.payload_serde_json()?.ok_or("an event is empty")?;
                next.send_serde_json(&order.processed()).await?;
                delivery.ack().await.map_err(|(error, _)| error)?;
                watch.finish();
                drop(slot);
                Ok::<_, Error>(())
            });
        }
    };
    tokio::select! {
        ended = work => ended,
        told = watch.tell() => told,
    }
}
