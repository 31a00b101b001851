//! Opens the channel and the consumer.

use std::sync::Arc;
use std::time::Duration;

use beehive_core::Result;
use beehive_core::queue::QueueName;
use lapin::options::{BasicConsumeOptions, BasicQosOptions};
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, Consumer};
use tokio::time::timeout;
use tracing::debug;

use super::shared::Shared;
use crate::connection::{Link, Live};
use crate::error::{converted, unanswered};

/// A channel with a consumer on it.
#[derive(Debug)]
pub(super) struct Opened {
    /// Holds the connection's room for the channel.
    pub(super) link: Arc<Link>,
    pub(super) live: Arc<Live>,
    pub(super) channel: Channel,
    pub(super) consumer: Consumer,
}

/// Opens a channel and a consumer.
///
/// # Errors
/// `NotFound` if the queue does not exist, and those of the connection.
pub(super) async fn subscribe(shared: &Shared) -> Result<Opened> {
    let config = &shared.parts.config;
    let link = shared.parts.links.consume();
    let live = link.live(config.connect_timeout).await?;
    let channel = live.channel().await?;
    let prefetch = u16::try_from(shared.prefetch).unwrap_or(u16::MAX);
    let qos = channel.basic_qos(prefetch, BasicQosOptions::default());
    within(config.operation_timeout, "receive", qos).await?;
    let tag = consumer_tag(&config.connection_name, &shared.queue);
    let consumer = channel.basic_consume(
        shared.parts.topology.names().queue(&shared.queue),
        tag,
        BasicConsumeOptions::default(),
        FieldTable::default(),
    );
    let consumer = within(config.operation_timeout, "receive", consumer)
        .await
        .map_err(|error| error.with_context("queue", &shared.queue))?;
    debug!(queue = %shared.queue, channel = channel.id(), prefetch, "consuming");
    Ok(Opened {
        link,
        live,
        channel,
        consumer,
    })
}

/// What the broker answers, if it does in time.
pub(super) async fn within<T>(
    patience: Duration,
    operation: &'static str,
    answer: impl Future<Output = lapin::Result<T>>,
) -> Result<T> {
    match timeout(patience, answer).await {
        Ok(answer) => answer.map_err(|error| converted(operation, error)),
        Err(_) => Err(unanswered(operation)),
    }
}

/// Tells whoever looks at the broker who consumes.
fn consumer_tag(connection_name: &str, queue: &QueueName) -> ShortString {
    /// The longest tag, in bytes.
    const LENGTH_MAX: usize = 255;
    let mut tag = format!("{queue}@{}/{connection_name}", std::process::id());
    let end = tag.floor_char_boundary(LENGTH_MAX);
    tag.truncate(end);
    tag.into()
}
