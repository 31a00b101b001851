//! What exchanges and queues are called.

use beehive_core::queue::QueueName;
use lapin::types::ShortString;

use crate::config::Namespace;

/// The names of everything in one namespace. Pure.
///
/// - The exchange of a topic: `{namespace}.{topic}`.
/// - The queue of a subscription or a simple queue: `{namespace}.{name}`, which has a hyphen and so
///   differs from every exchange; the queue of its dead letters: `{namespace}.{name}.dead`.
/// - What delays are made of: `{namespace}.delay…`.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    namespace: Namespace,
}

impl Names {
    pub(crate) fn new(namespace: Namespace) -> Self {
        Self { namespace }
    }

    /// The exchange of a topic, by the topic's word.
    pub(crate) fn exchange(&self, topic: &str) -> ShortString {
        format!("{}.{topic}", self.namespace).into()
    }

    /// The queue of a subscription or a simple queue.
    pub(crate) fn queue(&self, name: &QueueName) -> ShortString {
        format!("{}.{name}", self.namespace).into()
    }

    /// The queue of its dead letters.
    pub(crate) fn dead_letters(&self, name: &QueueName) -> ShortString {
        format!("{}.{name}.dead", self.namespace).into()
    }
}
