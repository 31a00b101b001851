//! The queues of a hop: filled before it, and counted after it.

use std::collections::VecDeque;
use std::time::Duration;

use beehive_rabbit::QueueType;
use futures_util::StreamExt as _;
use lapin::options::{
    BasicConsumeOptions, BasicQosOptions, ConfirmSelectOptions, QueueDeclareOptions,
    QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable, LongString};
use lapin::{Channel, Connection, ConnectionProperties};
use tokio::time::{Instant, sleep, timeout};

use super::bare::publish;
use super::hop::Hop;
use super::order::Order;
use crate::Result;

/// How long the broker may take to show what it has.
const PATIENCE: Duration = Duration::from_secs(15);

/// Queues of the broker, of which the first is where events wait and the last where those go that
/// follow.
#[derive(Debug)]
pub(super) struct Queues {
    connection: Connection,
    channel: Channel,
    names: Vec<String>,
}

impl Queues {
    /// Those of a hive or of another program, which makes them itself.
    pub(super) async fn called(url: &str, names: Vec<String>) -> Result<Self> {
        let connection = connect(url).await?;
        Ok(Self {
            channel: connection.create_channel().await?,
            connection,
            names,
        })
    }

    /// New ones.
    pub(super) async fn make(url: &str, queue_type: QueueType, names: Vec<String>) -> Result<Self> {
        let queues = Self::called(url, names).await?;
        queues.delete().await?;
        for name in &queues.names {
            queues.declare(name, queue_type).await?;
        }
        Ok(queues)
    }

    /// New ones for a hop of the bare program.
    pub(super) async fn of_a_hop(url: &str, queue_type: QueueType) -> Result<Self> {
        let names = ["bench.bare.placed", "bench.bare.priced"].map(Into::into);
        Self::make(url, queue_type, names.into()).await
    }

    async fn declare(&self, name: &str, queue_type: QueueType) -> Result<()> {
        let options = QueueDeclareOptions {
            durable: true,
            ..QueueDeclareOptions::default()
        };
        let queue_type = match queue_type {
            QueueType::Classic => "classic",
            _ => "quorum",
        };
        let mut arguments = FieldTable::default();
        for (key, value) in [
            ("x-queue-type", queue_type),
            ("x-overflow", "reject-publish"),
        ] {
            let value = AMQPValue::LongString(LongString::from(value));
            arguments.insert(key.into(), value);
        }
        self.channel
            .queue_declare(name.into(), options, arguments)
            .await?;
        Ok(())
    }

    /// Puts the events of a hop into the first queue.
    pub(super) async fn fill(&self, hop: Hop) -> Result<()> {
        const WINDOW: usize = 256;
        let channel = self.connection.create_channel().await?;
        channel
            .confirm_select(ConfirmSelectOptions::default())
            .await?;
        let mut published = VecDeque::with_capacity(WINDOW);
        for number in 0..hop.events {
            if published.len() == WINDOW
                && let Some(oldest) = published.pop_front()
            {
                publish::confirmed(oldest).await?;
            }
            let data = Order::new(number, hop.body)?.json()?;
            let id = number.to_string();
            published.push_back(publish::publish(&channel, self.source(), data, id));
        }
        for oldest in published {
            publish::confirmed(oldest).await?;
        }
        channel.close(200, "filled".into()).await?;
        Ok(())
    }

    /// Checks that every event was settled and that what follows from it is there, once; to be
    /// called when nobody consumes any more.
    pub(super) async fn account(&self, hop: Hop) -> Result<()> {
        self.nothing_is_left(self.source()).await?;
        self.count(hop).await?;
        self.nothing_is_left(self.target()).await
    }

    /// Waits until nobody consumes from a queue, and checks that it is empty.
    async fn nothing_is_left(&self, name: &str) -> Result<()> {
        let passive = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let end = Instant::now() + PATIENCE;
        loop {
            let declared = self
                .channel
                .queue_declare(name.into(), passive, FieldTable::default());
            let queue = declared.await?;
            if queue.consumer_count() == 0 && queue.message_count() == 0 {
                return Ok(());
            }
            if Instant::now() > end {
                let (left, consumers) = (queue.message_count(), queue.consumer_count());
                return Err(format!(
                    "{left} events were left in {name}, and {consumers} consumers"
                )
                .into());
            }
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Takes all that is in the second queue, and checks that it is what follows.
    async fn count(&self, hop: Hop) -> Result<()> {
        let channel = self.connection.create_channel().await?;
        let options = BasicConsumeOptions {
            no_ack: true,
            ..BasicConsumeOptions::default()
        };
        channel.basic_qos(1_000, BasicQosOptions::default()).await?;
        let consume = channel.basic_consume(
            self.target().into(),
            "count".into(),
            options,
            FieldTable::default(),
        );
        let mut consumer = consume.await?;
        let mut copies = vec![0; usize::try_from(hop.events)?];
        let expected = hop.events * u64::from(hop.follow_ups);
        for counted in 0..expected {
            let missing = || {
                format!(
                    "{} of {expected} follow-ups are missing",
                    expected - counted
                )
            };
            let delivery = timeout(PATIENCE, consumer.next())
                .await
                .map_err(|_| missing())?
                .ok_or_else(missing)??;
            let order: Order = serde_json::from_slice(&delivery.data)?;
            let known = copies.get_mut(usize::try_from(order.number)?);
            *known.ok_or("a follow-up belongs to nothing")? += 1;
        }
        channel.close(200, "counted".into()).await?;
        if copies.iter().any(|copies| *copies != hop.follow_ups) {
            return Err("follow-ups are missing, and others are there twice".into());
        }
        Ok(())
    }

    async fn delete(&self) -> Result<()> {
        for name in &self.names {
            let options = QueueDeleteOptions::default();
            self.channel.queue_delete((&**name).into(), options).await?;
        }
        Ok(())
    }

    /// Removes all of them, and closes the connection.
    pub(super) async fn remove(self) -> Result<()> {
        self.delete().await?;
        self.connection.close(200, "done".into()).await?;
        Ok(())
    }

    pub(super) fn source(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    pub(super) fn target(&self) -> &str {
        self.names.last().map_or("", String::as_str)
    }
}

/// A connection as it is without settings.
pub(super) async fn connect(url: &str) -> Result<Connection> {
    Ok(Connection::connect(url, ConnectionProperties::default()).await?)
}
