//! What is published, and what became of it.

use beehive_core::Error;
use bytes::Bytes;
use lapin::BasicProperties;
use lapin::types::ShortString;

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
