//! The least that tests need to speak to a broker without beehive.

use std::time::Duration;

use beehive_tests::trials::{Outcome, eventually};
use lapin::options::{
    BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, Queue};
use libtest_mimic::Failed;

/// For what a broker does in its own time.
const SOON: Duration = Duration::from_secs(30);

/// A connection with one channel that confirms.
pub(crate) struct Client {
    pub(crate) connection: Connection,
    pub(crate) channel: Channel,
}

impl Client {
    pub(crate) async fn connect(url: &str) -> Result<Self, Failed> {
        let connection = Connection::connect(url, ConnectionProperties::default()).await?;
        let channel = connection.create_channel().await?;
        channel
            .confirm_select(ConfirmSelectOptions::default())
            .await?;
        Ok(Self {
            connection,
            channel,
        })
    }

    /// Declares a durable queue of this type, `classic` or `quorum`.
    pub(crate) async fn declare(&self, queue: &str, kind: &str) -> Outcome {
        let mut arguments = FieldTable::default();
        arguments.insert("x-queue-type".into(), AMQPValue::LongString(kind.into()));
        let options = QueueDeclareOptions {
            durable: true,
            ..QueueDeclareOptions::default()
        };
        let declared = self.channel.queue_declare(queue.into(), options, arguments);
        declared.await?;
        Ok(())
    }

    /// Publishes to a queue, and returns when the broker has it on its disk.
    pub(crate) async fn publish(&self, queue: &str, body: &[u8]) -> Outcome {
        let options = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let persistent = BasicProperties::default().with_delivery_mode(2);
        let published = self
            .channel
            .basic_publish("".into(), queue.into(), options, body, persistent)
            .await?;
        match published.await? {
            Confirmation::Ack(None) => Ok(()),
            other => Err(format!("not confirmed: {other:?}").into()),
        }
    }

    /// Waits until so many messages are in a queue that nobody holds.
    pub(crate) async fn until_ready(&self, queue: &str, count: u32) -> Outcome {
        eventually("the return of what was held", SOON, || async {
            let queue = self.look(queue).await?;
            Ok::<_, Failed>((queue.message_count() == count).then_some(()))
        })
        .await
    }

    /// What a queue says of itself.
    pub(crate) async fn look(&self, queue: &str) -> Result<Queue, Failed> {
        let passive = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let asked = self
            .channel
            .queue_declare(queue.into(), passive, FieldTable::default());
        Ok(asked.await?)
    }

    /// Takes what is first in a queue.
    pub(crate) async fn take(&self, queue: &str) -> Result<Option<Vec<u8>>, Failed> {
        let options = BasicGetOptions { no_ack: true };
        let taken = self.channel.basic_get(queue.into(), options).await?;
        Ok(taken.map(|taken| taken.delivery.data))
    }
}
