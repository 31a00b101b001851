//! A subscription whose events are given up.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use beehive_core::event::{Event, EventId};
use beehive_core::page::PageRequest;
use beehive_core::queue::{
    DeadLetter, DeadLetterReason, DeadLetterRecord, DeadLetters, EventQueue, Lease, QueueName,
    ReceiverOptions,
};
use beehive_rabbit::{QueueType, RabbitConfig, RabbitQueue};
use beehive_tests::services::shared_broker;
use beehive_tests::trials::{Outcome, Place};
use jiff::Timestamp;
use lapin::{BasicProperties, Channel};
use libtest_mimic::Failed;

use super::raw;
use crate::amqp::Client;

/// What the broker needs for a delivery at most.
const SOON: Duration = Duration::from_secs(30);
/// How long leases are held here.
const LEASE: Duration = Duration::from_mins(2);

/// A subscription whose events are given up, and a view past it into the broker.
pub(super) struct Graveyard {
    pub(super) queue: Arc<RabbitQueue>,
    pub(super) client: Client,
    pub(super) name: QueueName,
    namespace: String,
    url: String,
    kind: QueueType,
}

impl Graveyard {
    /// On the broker that all tests share.
    pub(super) async fn shared(place: Place, kind: QueueType) -> Result<Self, Failed> {
        let url = shared_broker().ok_or("no shared broker")?;
        Self::open(place, kind, &url, &url).await
    }

    /// On the broker at `url`, which beehive reaches through `through`.
    pub(super) async fn open(
        place: Place,
        kind: QueueType,
        url: &str,
        through: &str,
    ) -> Result<Self, Failed> {
        let name: QueueName = "Flower-Bee".parse()?;
        let namespace = place.namespace;
        let queue = connect(through, &namespace, kind).await?;
        queue.declare(&name).await?;
        Ok(Self {
            queue,
            client: Client::connect(url).await?,
            name,
            namespace,
            url: url.into(),
            kind,
        })
    }

    /// Another process that uses the same queues.
    pub(super) async fn neighbour(&self) -> Result<Arc<RabbitQueue>, Failed> {
        connect(&self.url, &self.namespace, self.kind).await
    }

    /// Connects the view again, after the broker closed it.
    pub(super) async fn look_again(&mut self) -> Outcome {
        self.client = Client::connect(&self.url).await?;
        Ok(())
    }

    pub(super) async fn channel(&self) -> Result<Channel, Failed> {
        Ok(self.client.connection.create_channel().await?)
    }

    pub(super) fn letters(&self) -> &dyn DeadLetters {
        self.queue.dead_letters()
    }

    /// What the subscription is called at the broker.
    pub(super) fn live(&self) -> String {
        format!("{}.{}", self.namespace, self.name)
    }

    /// What the queue of its dead letters is called at the broker.
    pub(super) fn dead(&self) -> String {
        format!("{}.{}.dead", self.namespace, self.name)
    }

    /// The next event, leased.
    pub(super) async fn lease(&self) -> Result<Lease, Failed> {
        let one = NonZeroUsize::MIN;
        let options = ReceiverOptions::new(one, LEASE);
        let mut receiver = self.queue.receiver(&self.name, options).await?;
        let lease = receiver.receive(one, SOON).await?.pop();
        receiver.close().await?;
        lease.ok_or_else(|| "nothing came".into())
    }

    /// Publishes an event and gives it up.
    pub(super) async fn bury(&self, event: &Event) -> Outcome {
        self.queue.publish(std::slice::from_ref(event)).await?;
        self.lease().await?.dead_letter(&record("buried")).await?;
        Ok(())
    }

    /// Puts so many dead letters there, as if beehive had given them up one after the other; their
    /// ids, oldest first.
    pub(super) async fn plant(&self, count: usize) -> Result<Vec<EventId>, Failed> {
        let (properties, _) = self.template().await?;
        let planted: Vec<_> = (0..count)
            .map(|position| planted(&properties, position))
            .collect();
        raw::publish(&self.client.channel, &self.dead(), planted).await?;
        (0..count).map(id).collect()
    }

    /// A dead letter as beehive writes it.
    pub(super) async fn template(&self) -> Result<(BasicProperties, Vec<u8>), Failed> {
        self.bury(&event()).await?;
        let taken = raw::take(&self.client.channel, &self.dead()).await?;
        let taken = taken.ok_or("no dead letter")?;
        Ok((taken.properties, taken.data))
    }

    /// All dead letters, in pages of this size.
    pub(super) async fn all(&self, size: usize) -> Result<Vec<DeadLetter>, Failed> {
        all(self.letters(), &self.name, size).await
    }

    /// The ids of all dead letters, in pages of this size.
    pub(super) async fn ids(&self, size: usize) -> Result<Vec<EventId>, Failed> {
        Ok(ids(&self.all(size).await?))
    }

    /// The ids of what waits in the subscription, taken from it.
    pub(super) async fn alive(&self) -> Result<Vec<EventId>, Failed> {
        let mut ids = Vec::new();
        while let Some(taken) = raw::take(&self.client.channel, &self.live()).await? {
            let id = taken.properties.message_id().clone();
            ids.push(id.ok_or("a message without an id")?.as_str().parse()?);
        }
        Ok(ids)
    }

    /// Removes everything.
    pub(super) async fn close(self) -> Outcome {
        self.queue.delete_declared().await?;
        self.queue.close().await;
        Ok(())
    }
}

async fn connect(url: &str, namespace: &str, kind: QueueType) -> Result<Arc<RabbitQueue>, Failed> {
    let config = RabbitConfig::from_url(url)?
        .with_namespace(namespace.parse()?)
        .with_queue_type(kind);
    Ok(Arc::new(RabbitQueue::connect(config).await?))
}

/// Fails with the first difference of two lists of ids.
pub(super) fn assert_same(seen: &[EventId], expected: &[EventId]) {
    let differ = seen
        .iter()
        .zip(expected)
        .position(|(one, other)| one != other);
    if let Some(position) = differ {
        panic!(
            "{} instead of {} at {position} of {}, expected {}",
            seen[position],
            expected[position],
            seen.len(),
            expected.len()
        );
    }
    assert_eq!(seen.len(), expected.len());
}

/// All dead letters of a queue, in pages of this size.
pub(super) async fn all(
    letters: &dyn DeadLetters,
    name: &QueueName,
    size: usize,
) -> Result<Vec<DeadLetter>, Failed> {
    let mut all = Vec::new();
    let mut page = PageRequest::first(size);
    loop {
        let read = letters.list(name, &page).await?;
        assert!(read.items.len() <= size, "a page is too long");
        all.extend(read.items);
        let Some(next) = read.next else {
            return Ok(all);
        };
        page = PageRequest::first(size).starting_at(next);
    }
}

pub(super) fn ids(letters: &[DeadLetter]) -> Vec<EventId> {
    letters
        .iter()
        .map(|letter| letter.event.id().clone())
        .collect()
}

pub(super) fn event() -> Event {
    Event::new("Flower", "text/plain", "clover")
}

pub(super) fn record(error: &str) -> DeadLetterRecord {
    DeadLetterRecord {
        reason: DeadLetterReason::Terminal,
        errors: vec![error.into()],
        attempts: 3,
        actor: "Bee".into(),
        host: "meadow".into(),
        first_failure: Timestamp::UNIX_EPOCH,
        last_failure: Timestamp::UNIX_EPOCH,
    }
}

/// The planted dead letter of this number.
pub(super) fn planted(template: &BasicProperties, position: usize) -> (BasicProperties, Vec<u8>) {
    let id = format!("planted-{position}");
    let properties = raw::with_header(template.clone(), "cloudEvents:id", &id);
    let properties = given_up(properties, position).with_message_id(id.into());
    (properties, position.to_string().into_bytes())
}

/// The same, given up at a time of its own.
pub(super) fn given_up(properties: BasicProperties, position: usize) -> BasicProperties {
    let seconds = 1_700_000_000 + i64::try_from(position).unwrap_or(i64::MAX / 2);
    let time = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
    raw::with_header(properties, "x-beehive-dead-lettered", &time.to_string())
}

fn id(position: usize) -> Result<EventId, Failed> {
    Ok(format!("planted-{position}").parse()?)
}
