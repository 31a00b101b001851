//! Opens channels, and consumers on them.

use std::sync::Arc;
use std::time::Duration;

use beehive_core::Result;
use beehive_core::queue::QueueName;
use lapin::options::{BasicConsumeOptions, BasicQosOptions, QueueDeclareOptions};
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, Consumer};
use tokio::time::timeout;
use tracing::debug;

use super::shared::Shared;
use crate::connection::{Link, Live};
use crate::error::{converted, unanswered};

const OPERATION: &str = "receive";

/// A channel that can be consumed on.
#[derive(Debug)]
pub(super) struct Opened {
    /// Holds the connection's room for the channel.
    pub(super) link: Arc<Link>,
    pub(super) live: Arc<Live>,
    pub(super) channel: Channel,
}

/// Opens a channel, and looks whether the queue exists.
///
/// # Errors
/// `NotFound` if it does not, and those of the connection.
pub(super) async fn open(shared: &Shared) -> Result<Opened> {
    let config = &shared.parts.config;
    let link = shared.parts.links.consume();
    let live = link.live(config.connect_timeout).await?;
    let channel = live.channel().await?;
    let prefetch = u16::try_from(shared.prefetch).unwrap_or(u16::MAX);
    let qos = channel.basic_qos(prefetch, BasicQosOptions::default());
    within(config.operation_timeout, qos).await?;
    let queue = shared.parts.topology.names().queue(&shared.queue);
    let options = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::default()
    };
    let looked = channel.queue_declare(queue, options, FieldTable::default());
    within(config.operation_timeout, looked)
        .await
        .map_err(|error| error.with_context("queue", &shared.queue))?;
    Ok(Opened {
        link,
        live,
        channel,
    })
}

/// Has the broker deliver, to the consumer of this number on its channel.
///
/// # Errors
/// `NotFound` if the queue does not exist, and those of the channel, which is gone then.
pub(super) async fn consume(shared: &Shared, channel: &Channel, number: u32) -> Result<Consumer> {
    let config = &shared.parts.config;
    let consuming = channel.basic_consume(
        shared.parts.topology.names().queue(&shared.queue),
        consumer_tag(&config.connection_name, &shared.queue, number),
        BasicConsumeOptions::default(),
        FieldTable::default(),
    );
    let consumer = within(config.operation_timeout, consuming)
        .await
        .map_err(|error| error.with_context("queue", &shared.queue))?;
    debug!(queue = %shared.queue, channel = channel.id(), "consuming");
    Ok(consumer)
}

/// What the broker answers, if it does in time.
async fn within<T>(
    patience: Duration,
    answer: impl Future<Output = lapin::Result<T>>,
) -> Result<T> {
    match timeout(patience, answer).await {
        Ok(answer) => answer.map_err(|error| converted(OPERATION, error)),
        Err(_) => Err(unanswered(OPERATION)),
    }
}

/// Tells whoever looks at the broker who consumes.
///
/// No two consumers of a channel have the same tag: when the broker cancels one, the driver forgets
/// it by its tag a moment later, and would forget the one that was made in its place.
fn consumer_tag(connection_name: &str, queue: &QueueName, number: u32) -> ShortString {
    /// The longest tag, in bytes.
    const LENGTH_MAX: usize = 255;
    let mut tag = format!("{queue}@{}.{number}/{connection_name}", std::process::id());
    let end = tag.floor_char_boundary(LENGTH_MAX);
    tag.truncate(end);
    tag.into()
}
