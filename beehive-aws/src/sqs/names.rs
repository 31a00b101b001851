//! What topics and queues are called on SNS and SQS. Pure.

use std::fmt::Write as _;

use beehive_core::queue::{QueueKind, QueueName};
use sha2::{Digest as _, Sha256};

/// A queue of SQS is called by so many characters at most.
const QUEUE_LENGTH_MAX: usize = 80;
/// What the dead letters of a queue are called after it. No other name has two hyphens before its
/// last word.
const DEAD_LETTERS: &str = "--dead";
/// What the service demands at the end of the names of queues that keep order.
const ORDERED: &str = ".fifo";
/// How many hexadecimal digits stand for a name that is too long.
const HASH_LENGTH: usize = 32;
/// The longest namespace.
pub(super) const NAMESPACE_MAX: usize = 30;

/// The names of one namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    namespace: String,
}

impl Names {
    pub(super) fn new(namespace: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
        }
    }

    /// The topic that a name belongs to: at most 111 characters, of 256.
    pub(super) fn topic(&self, name: &QueueName) -> String {
        format!("{}-{}", self.namespace, name.topic())
    }

    /// The queue of a subscription or of a simple queue.
    pub(super) fn queue(&self, name: &QueueName) -> String {
        debug_assert_ne!(name.kind(), QueueKind::Topic, "a topic is no queue");
        let room = QUEUE_LENGTH_MAX - DEAD_LETTERS.len() - ORDERED.len();
        let whole = format!("{}-{name}", self.namespace);
        if whole.len() <= room {
            return whole;
        }
        // Its start is for people, the rest tells it from all others.
        let start = room - HASH_LENGTH - 2;
        format!("{}--{}", &whole[..start.min(whole.len())], hash(&whole))
    }

    /// The queue of its dead letters.
    pub(super) fn dead_letters(&self, name: &QueueName) -> String {
        dead_letters_of(&self.queue(name))
    }

    /// Whether a queue of this name is one of ours.
    pub(super) fn owns(&self, queue: &str) -> bool {
        queue
            .strip_prefix(&self.namespace)
            .is_some_and(|rest| rest.starts_with('-'))
    }
}

/// The dead letters of a queue, by its name on SQS.
pub(super) fn dead_letters_of(queue: &str) -> String {
    match queue.strip_suffix(ORDERED) {
        Some(plain) => ordered(&dead_letters_of(plain)),
        None => format!("{queue}{DEAD_LETTERS}"),
    }
}

/// The topic or queue that keeps order, in place of one that does not.
pub(super) fn ordered(name: &str) -> String {
    format!("{name}{ORDERED}")
}

/// Whether a topic or queue of this name keeps order.
pub(crate) fn is_ordered(name: &str) -> bool {
    name.ends_with(ORDERED)
}

/// The name without what it has at its end because it keeps order.
pub(super) fn plain(name: &str) -> &str {
    name.strip_suffix(ORDERED).unwrap_or(name)
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let bytes = &digest[..HASH_LENGTH / 2];
    bytes
        .iter()
        .fold(String::with_capacity(HASH_LENGTH), |mut hex, byte| {
            // Writing into a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> QueueName {
        text.parse().unwrap()
    }

    #[test]
    fn names_are_as_they_were_released() {
        let names = Names::new("shop");
        assert_eq!(names.topic(&name("Order-")), "shop-Order");
        assert_eq!(names.topic(&name("Order-Payment")), "shop-Order");
        for (text, queue) in [
            ("Order-Payment", "shop-Order-Payment"),
            ("Jobs-Jobs", "shop-Jobs-Jobs"),
        ] {
            assert_eq!(names.queue(&name(text)), queue);
            assert_eq!(names.dead_letters(&name(text)), format!("{queue}--dead"));
        }
        let long = format!("{}-Payment", "Order".repeat(16));
        assert_eq!(
            names.queue(&name(&long)),
            "shop-OrderOrderOrderOrderOrderOrder--5b4c9f0282de1f5c9eaafe68c21c922a"
        );
    }

    #[test]
    fn what_keeps_order_says_so_at_the_end() {
        let queue = ordered("shop-Order-Payment");
        assert_eq!(queue, "shop-Order-Payment.fifo");
        assert_eq!(dead_letters_of(&queue), "shop-Order-Payment--dead.fifo");
        assert_eq!(plain(&queue), "shop-Order-Payment");
        assert!(is_ordered(&queue) && !is_ordered(plain(&queue)));
    }

    #[test]
    fn a_namespace_owns_its_queues_alone() {
        let names = Names::new("shop");
        assert!(names.owns("shop-Order-Payment"));
        assert!(!names.owns("shopping-Order-Payment"));
        assert!(!names.owns("shop"));
    }

    fn is_allowed(byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
    }

    proptest! {
        #[test]
        fn no_two_names_meet_and_all_are_allowed(
            namespaces in proptest::collection::hash_set("[a-z0-9]([a-z-]{0,1}[a-z0-9]){0,10}", 1..4),
            words in proptest::collection::hash_set("[A-C_]{1,3}|dead|[a-z]{70,80}", 1..6),
        ) {
            let mut all = HashSet::new();
            for namespace in namespaces.iter().filter(|name| !name.contains("--")) {
                let names = Names::new(namespace);
                for topic in &words {
                    let named = names.topic(&name(&format!("{topic}-")));
                    prop_assert!(named.len() + ORDERED.len() <= 256);
                    for second in &words {
                        let name = name(&format!("{topic}-{second}"));
                        for queue in [names.queue(&name), names.dead_letters(&name)] {
                            prop_assert!(queue.len() + ORDERED.len() <= QUEUE_LENGTH_MAX, "{}", queue);
                            prop_assert!(queue.bytes().all(is_allowed));
                            prop_assert!(names.owns(&queue));
                            prop_assert!(all.insert(queue.clone()), "{} twice", queue);
                        }
                    }
                }
            }
        }
    }
}
