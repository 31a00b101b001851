//! What exchanges and queues are called.

use beehive_core::queue::QueueName;
use lapin::types::ShortString;

use crate::config::Namespace;

/// The names of everything in one namespace. Pure.
///
/// - The exchange of a topic: `{namespace}.{topic}`.
/// - The queue of a subscription or a simple queue: `{namespace}.{name}`, which has a hyphen and so
///   differs from every exchange; the queue of its dead letters: `{namespace}.{name}.dead`.
/// - What delays are made of: `{namespace}.delay.…`, whose second dot sets it apart from a topic
///   that is called `delay`.
///
/// Neither a namespace nor a word of a name holds a dot, so no two things share a name.
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

    /// The exchange before one level of the delays, and that level's queue.
    pub(super) fn delay_level(&self, level: u32) -> ShortString {
        format!("{}.delay.{level:02}", self.namespace).into()
    }

    /// The exchange that delayed events come out of.
    pub(super) fn delay_due(&self) -> ShortString {
        format!("{}.delay.due", self.namespace).into()
    }

    /// The exchange and the queue of delayed events that nobody is there for when they are due.
    pub(super) fn delay_undelivered(&self) -> ShortString {
        format!("{}.delay.undelivered", self.namespace).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_begin_with_the_namespace_and_tell_what_they_are() {
        let names = Names::new("shop".parse().unwrap());
        let queue = "OrderAccepted-Payment".parse().unwrap();
        for (name, expected) in [
            (names.exchange("OrderAccepted"), "shop.OrderAccepted"),
            (names.queue(&queue), "shop.OrderAccepted-Payment"),
            (
                names.dead_letters(&queue),
                "shop.OrderAccepted-Payment.dead",
            ),
            (names.delay_level(3), "shop.delay.03"),
            (names.delay_level(25), "shop.delay.25"),
            (names.delay_due(), "shop.delay.due"),
            (names.delay_undelivered(), "shop.delay.undelivered"),
        ] {
            assert_eq!(name.as_str(), expected);
        }
    }

    #[test]
    fn the_longest_names_fit() {
        let names = Names::new("n".repeat(Namespace::LENGTH_MAX).parse().unwrap());
        let word = "w".repeat(QueueName::WORD_LENGTH_MAX);
        let longest = QueueName::parse(&format!("{word}-{}", "v".repeat(80))).unwrap();
        assert_eq!(
            names.dead_letters(&longest).as_str().len(),
            30 + 1 + 161 + 5
        );
    }
}
