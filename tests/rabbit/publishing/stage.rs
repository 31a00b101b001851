//! A queue to publish to, and a view past it into the broker.

use std::sync::Arc;

use beehive_core::event::Event;
use beehive_core::queue::{EventQueue, QueueName};
use beehive_rabbit::{QueueType, RabbitConfig, RabbitQueue};
use beehive_tests::services::shared_broker;
use beehive_tests::trials::Place;
use futures_util::StreamExt as _;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicGetOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use libtest_mimic::Failed;

use crate::amqp::Client;

/// Below this they are taken one by one.
const FEW: usize = 20;
/// More at one time a quorum queue does not deliver.
const MANY: usize = 1_000;

/// Both types of queues.
pub(super) const TYPES: [QueueType; 2] = [QueueType::Quorum, QueueType::Classic];

/// A queue to publish to, and a view past it into the broker.
pub(super) struct Stage {
    pub(super) queue: Arc<RabbitQueue>,
    pub(super) client: Client,
    namespace: String,
}

impl Stage {
    /// On the broker that all tests share.
    pub(super) async fn shared(place: &Place) -> Result<Self, Failed> {
        Self::shared_with(place, |config| config).await
    }

    /// On the broker that all tests share, configured like this.
    pub(super) async fn shared_with(
        place: &Place,
        configure: impl FnOnce(RabbitConfig) -> RabbitConfig,
    ) -> Result<Self, Failed> {
        let url = shared_broker().ok_or("no shared broker")?;
        Self::open(place, &url, &url, configure).await
    }

    /// On the broker at `url`, which the queue reaches through `through`.
    pub(super) async fn open(
        place: &Place,
        url: &str,
        through: &str,
        configure: impl FnOnce(RabbitConfig) -> RabbitConfig,
    ) -> Result<Self, Failed> {
        let config = RabbitConfig::from_url(through)?.with_namespace(place.namespace.parse()?);
        Ok(Self {
            queue: Arc::new(RabbitQueue::connect(configure(config)).await?),
            client: Client::connect(url).await?,
            namespace: place.namespace.clone(),
        })
    }

    /// Declares a subscription or a simple queue.
    pub(super) async fn declare(&self, name: &str) -> Result<QueueName, Failed> {
        let name: QueueName = name.parse()?;
        self.queue.declare(&name).await?;
        Ok(name)
    }

    /// What a subscription or a simple queue is called at the broker.
    pub(super) fn at_broker(&self, name: &QueueName) -> String {
        format!("{}.{name}", self.namespace)
    }

    /// What the exchange of a topic is called at the broker.
    pub(super) fn exchange(&self, topic: &str) -> String {
        format!("{}.{topic}", self.namespace)
    }

    /// Takes all there is, first to last, as the ids of the events.
    pub(super) async fn take_all(&self, name: &QueueName) -> Result<Vec<String>, Failed> {
        let mut ids = Vec::new();
        loop {
            let waiting = usize::try_from(self.count(name).await?)?;
            if waiting > FEW {
                ids.extend(self.consume(name, waiting.min(MANY)).await?);
            } else if let Some(id) = self.take_one(name).await? {
                ids.push(id);
            } else {
                return Ok(ids);
            }
        }
    }

    /// Takes so many, which are there.
    async fn consume(&self, name: &QueueName, count: usize) -> Result<Vec<String>, Failed> {
        // What is delivered beyond them goes back with the channel.
        let channel = self.client.connection.create_channel().await?;
        let queue = self.at_broker(name).into();
        let options = BasicConsumeOptions::default();
        let consumer = channel.basic_consume(queue, "".into(), options, FieldTable::default());
        let mut deliveries = consumer.await?.take(count);
        let mut ids = Vec::with_capacity(count);
        let mut last = 0;
        while let Some(delivery) = deliveries.next().await {
            let delivery = delivery?;
            last = delivery.delivery_tag;
            ids.push(id_of(&delivery)?);
        }
        channel
            .basic_ack(last, BasicAckOptions { multiple: true })
            .await?;
        channel.close(200, "done".into()).await?;
        Ok(ids)
    }

    /// Takes what is first.
    pub(super) async fn take_one(&self, name: &QueueName) -> Result<Option<String>, Failed> {
        let options = BasicGetOptions { no_ack: true };
        let queue = self.at_broker(name).into();
        let Some(taken) = self.client.channel.basic_get(queue, options).await? else {
            return Ok(None);
        };
        Ok(Some(id_of(&taken.delivery)?))
    }

    /// How many messages wait.
    pub(super) async fn count(&self, name: &QueueName) -> Result<u32, Failed> {
        let options = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let queue = self.at_broker(name).into();
        let channel = &self.client.channel;
        let there = channel.queue_declare(queue, options, FieldTable::default());
        Ok(there.await?.message_count())
    }
}

fn id_of(delivery: &Delivery) -> Result<String, Failed> {
    let id = delivery.properties.message_id().clone();
    Ok(id.ok_or("a message without an id")?.to_string())
}

/// An event of a type.
pub(super) fn event(event_type: &str) -> Event {
    Event::new(event_type, "text/plain", "clover")
}

/// So many of them.
pub(super) fn events(event_type: &str, count: usize) -> Vec<Event> {
    (0..count).map(|_| event(event_type)).collect()
}

/// Their ids.
pub(super) fn ids(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| event.id().to_string()).collect()
}
