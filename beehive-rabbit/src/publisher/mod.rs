//! Publishes messages and tells of each whether it is confirmed and routed.

use std::sync::Arc;

use beehive_core::Error;
use bytes::Bytes;
use lapin::BasicProperties;
use lapin::types::ShortString;

use crate::config::RabbitConfig;
use crate::connection::Link;

/// One message to be published.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// Empty for the default exchange, which routes to the queue called like the routing key.
    pub(crate) exchange: ShortString,
    pub(crate) routing_key: ShortString,
    pub(crate) properties: BasicProperties,
    pub(crate) body: Bytes,
}

/// What became of a message.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Confirmed, and in every queue it was routed to.
    Confirmed,
    /// Confirmed by the broker, and in no queue: nothing is bound, or the queue is gone.
    Unrouted,
    /// The exchange does not exist. Nothing was published.
    NoExchange,
    /// Not confirmed: refused, or unknown. Publishing it again is right.
    Failed(Error),
}

/// Publishes messages on a few channels ("lanes") of one connection.
///
/// Each lane publishes a window of messages, waits for all their confirms, and only then decides,
/// by what was returned: the driver attaches returned messages to the wrong confirms when publishes
/// are pipelined.
#[derive(Debug)]
pub(crate) struct Publisher {}

impl Publisher {
    pub(crate) fn start(link: Arc<Link>, config: &RabbitConfig) -> Self {
        let _ = (link, config);
        todo!()
    }

    /// Publishes mandatory and persistent messages; a verdict for each, in order.
    ///
    /// While the broker blocks the connection it waits: that is the backpressure. Otherwise it ends
    /// within the confirm time-out.
    ///
    /// # Cancel safety
    /// What was not yet sent is not sent any more; what was may be published or not.
    pub(crate) async fn publish(&self, messages: Vec<Message>) -> Vec<Verdict> {
        let _ = messages;
        todo!()
    }

    /// As [`publish`](Self::publish), for one.
    pub(crate) async fn publish_one(&self, message: Message) -> Verdict {
        let _ = message;
        todo!()
    }
}
