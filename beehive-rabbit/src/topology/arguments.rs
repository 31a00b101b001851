//! The arguments that queues and exchanges are declared with.
//!
//! All are explicit: the defaults differ between 3.x and 4.x of the broker.

use std::time::Duration;

use lapin::types::{AMQPValue, FieldTable};

use crate::config::{QueueType, RabbitConfig};

/// A delivery limit that is never reached, for queues that must not give up an event. 4.x would set
/// 20 where none is said, and 3.10 has no word for "none".
const NO_DELIVERY_LIMIT: u32 = i32::MAX.cast_unsigned();
/// How long an event is kept that nobody was there for when it was due.
const UNDELIVERED_KEPT: Duration = Duration::from_hours(14 * 24);

/// Of the queue of a subscription, or of a simple queue.
///
/// Counting deliveries is ours; the broker's limit is a safety net against an event that kills
/// whoever reads it. What it dead-letters itself goes where our dead letters go.
pub(super) fn of_queue(config: &RabbitConfig, dead_letters: &str) -> FieldTable {
    let mut arguments = stored_as(config.queue_type);
    insert(&mut arguments, "x-dead-letter-exchange", text(""));
    insert(
        &mut arguments,
        "x-dead-letter-routing-key",
        text(dead_letters),
    );
    if config.queue_type == QueueType::Quorum {
        let limit = number(config.delivery_limit.get());
        insert(&mut arguments, "x-delivery-limit", limit);
        insert_at_least_once(&mut arguments);
    }
    arguments
}

/// Of the queue of dead letters, which are looked through again and again and never dropped.
pub(super) fn of_dead_letters(queue_type: QueueType) -> FieldTable {
    let mut arguments = stored_as(queue_type);
    if queue_type == QueueType::Quorum {
        let limit = number(NO_DELIVERY_LIMIT);
        insert(&mut arguments, "x-delivery-limit", limit);
    }
    arguments
}

/// Of the queue of one level of the delays. Always a quorum queue: no other passes events on
/// without losing some in a crash.
pub(super) fn of_level(wait: Duration, next: &str) -> FieldTable {
    let mut arguments = of_dead_letters(QueueType::Quorum);
    insert(&mut arguments, "x-message-ttl", milliseconds(wait));
    insert(&mut arguments, "x-dead-letter-exchange", text(next));
    insert_at_least_once(&mut arguments);
    arguments
}

/// Of the exchange that delayed events come out of.
pub(super) fn of_due(undelivered: &str) -> FieldTable {
    let mut arguments = FieldTable::default();
    insert(&mut arguments, "alternate-exchange", text(undelivered));
    arguments
}

/// Of the queue of delayed events that nobody was there for.
pub(super) fn of_undelivered() -> FieldTable {
    let mut arguments = of_dead_letters(QueueType::Quorum);
    let kept = milliseconds(UNDELIVERED_KEPT);
    insert(&mut arguments, "x-message-ttl", kept);
    arguments
}

/// An argument as people write it.
pub(super) fn shown(value: &AMQPValue) -> String {
    match value {
        AMQPValue::LongString(text) => String::from_utf8_lossy(text.as_bytes()).into_owned(),
        AMQPValue::LongLongInt(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

/// A full queue refuses what comes: the default drops the oldest, which was confirmed.
fn stored_as(queue_type: QueueType) -> FieldTable {
    let name = match queue_type {
        QueueType::Quorum => "quorum",
        QueueType::Classic => "classic",
    };
    let mut arguments = FieldTable::default();
    insert(&mut arguments, "x-queue-type", text(name));
    insert(&mut arguments, "x-overflow", text("reject-publish"));
    arguments
}

/// What the broker dead-letters leaves its queue only when the next has confirmed it.
fn insert_at_least_once(arguments: &mut FieldTable) {
    let strategy = text("at-least-once");
    insert(arguments, "x-dead-letter-strategy", strategy);
}

fn insert(arguments: &mut FieldTable, name: &str, value: AMQPValue) {
    arguments.insert(name.into(), value);
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}

fn number(value: u32) -> AMQPValue {
    AMQPValue::LongLongInt(value.into())
}

fn milliseconds(duration: Duration) -> AMQPValue {
    AMQPValue::LongLongInt(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(arguments: &FieldTable) -> Vec<String> {
        let pairs = arguments.inner().iter();
        pairs
            .map(|(name, value)| format!("{name}={}", shown(value)))
            .collect()
    }

    fn config(queue_type: QueueType) -> RabbitConfig {
        let mut config = RabbitConfig::from_url("amqp://localhost").unwrap();
        config.queue_type = queue_type;
        config
    }

    #[test]
    fn a_queue_says_everything_that_versions_differ_in() {
        let quorum = of_queue(&config(QueueType::Quorum), "shop.A-B.dead");
        assert_eq!(
            all(&quorum),
            [
                "x-dead-letter-exchange=",
                "x-dead-letter-routing-key=shop.A-B.dead",
                "x-dead-letter-strategy=at-least-once",
                "x-delivery-limit=1000",
                "x-overflow=reject-publish",
                "x-queue-type=quorum",
            ]
        );
        let classic = of_queue(&config(QueueType::Classic), "shop.A-B.dead");
        assert_eq!(
            all(&classic),
            [
                "x-dead-letter-exchange=",
                "x-dead-letter-routing-key=shop.A-B.dead",
                "x-overflow=reject-publish",
                "x-queue-type=classic",
            ]
        );
    }

    #[test]
    fn dead_letters_are_neither_dropped_nor_passed_on() {
        assert_eq!(
            all(&of_dead_letters(QueueType::Quorum)),
            [
                "x-delivery-limit=2147483647",
                "x-overflow=reject-publish",
                "x-queue-type=quorum",
            ]
        );
        assert_eq!(
            all(&of_dead_letters(QueueType::Classic)),
            ["x-overflow=reject-publish", "x-queue-type=classic"]
        );
    }

    #[test]
    fn a_level_passes_on_what_waited_and_loses_nothing() {
        assert_eq!(
            all(&of_level(Duration::from_secs(8), "shop.delay.05")),
            [
                "x-dead-letter-exchange=shop.delay.05",
                "x-dead-letter-strategy=at-least-once",
                "x-delivery-limit=2147483647",
                "x-message-ttl=8000",
                "x-overflow=reject-publish",
                "x-queue-type=quorum",
            ]
        );
    }

    #[test]
    fn what_nobody_was_there_for_is_kept_for_two_weeks() {
        assert_eq!(
            all(&of_due("shop.delay.undelivered")),
            ["alternate-exchange=shop.delay.undelivered"]
        );
        assert!(all(&of_undelivered()).contains(&"x-message-ttl=1209600000".into()));
    }
}
