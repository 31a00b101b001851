//! Dead letters that the broker made by itself.

use beehive_core::queue::{DeadLetterReason, DeadLetterRecord};
use jiff::Timestamp;
use lapin::types::{AMQPValue, FieldTable};

use super::{Note, headers};

/// What stands for the actor and the host where the broker gave the event up.
const BROKER: &str = "RabbitMQ";

/// The record of a message that the broker dead-lettered; `None` if it did not, or only moved the
/// message on from one of the delays.
pub(super) fn read(
    headers: Option<&FieldTable>,
    note: &Note,
    deliveries_before: u32,
) -> Option<DeadLetterRecord> {
    let AMQPValue::FieldArray(deaths) = headers::get(headers, headers::DEATH)? else {
        return None;
    };
    // The latest is the first.
    let death = deaths
        .as_slice()
        .iter()
        .filter_map(AMQPValue::as_field_table)
        .find(|death| !is_end_of_delay(death))?;
    let reason = field(death, "reason").unwrap_or_else(|| "unknown".into());
    let queue = field(death, "queue").unwrap_or_else(|| "unknown".into());
    let last_failure = headers::get(Some(death), "time")
        .and_then(headers::as_time)
        .unwrap_or_else(Timestamp::now);
    let attempts = note
        .history
        .attempts
        .saturating_add(note.deliveries)
        .saturating_add(deliveries_before);
    Some(DeadLetterRecord {
        reason: meaning(&reason),
        errors: vec![format!(
            "the broker gave it up without asking (x-death: {reason} in queue {queue})"
        )],
        attempts,
        actor: BROKER.into(),
        host: BROKER.into(),
        first_failure: note.history.first_failure.unwrap_or(last_failure),
        last_failure,
    })
}

fn field(death: &FieldTable, name: &str) -> Option<String> {
    headers::get(Some(death), name)
        .and_then(headers::as_text)
        .map(Into::into)
}

/// Whether a message only waited out a delay: its queue is called `{namespace}.delay…` and, other
/// than a subscription or a simple queue, has no hyphen after the namespace.
fn is_end_of_delay(death: &FieldTable) -> bool {
    let expired = field(death, "reason").is_some_and(|reason| reason == "expired");
    let queue = field(death, "queue").unwrap_or_default();
    let name = queue.split_once('.').map_or("", |(_, name)| name);
    expired && name.starts_with("delay") && !is_queue_name(name)
}

fn is_queue_name(name: &str) -> bool {
    name.parse::<beehive_core::queue::QueueName>().is_ok()
}

fn meaning(reason: &str) -> DeadLetterReason {
    match reason {
        // Nobody settled it that often: what took it went down with it.
        "delivery_limit" => DeadLetterReason::Crashed,
        _ => DeadLetterReason::AttemptsExhausted,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use lapin::types::FieldArray;

    use super::*;

    fn death(reason: &str, queue: &str) -> AMQPValue {
        let entries: BTreeMap<_, _> = [
            ("reason", headers::text(reason)),
            ("queue", headers::text(queue)),
            ("count", AMQPValue::LongLongInt(1)),
            ("time", AMQPValue::Timestamp(1_700_000_000)),
        ]
        .into_iter()
        .map(|(name, value)| (headers::name(name), value))
        .collect();
        AMQPValue::FieldTable(entries.into())
    }

    fn table(deaths: Vec<AMQPValue>) -> FieldTable {
        let deaths = AMQPValue::FieldArray(FieldArray::from(deaths));
        BTreeMap::from([(headers::name(headers::DEATH), deaths)]).into()
    }

    #[test]
    fn a_delivery_limit_reads_as_a_crash() {
        let headers = table(vec![
            death("delivery_limit", "beehive.Order-Payment"),
            death("expired", "beehive.delay.07"),
        ]);
        let record = read(Some(&headers), &Note::default(), 20).unwrap();
        assert_eq!(record.reason, DeadLetterReason::Crashed);
        assert_eq!(record.attempts, 20);
        assert_eq!(record.last_failure.as_second(), 1_700_000_000);
        assert!(
            record.errors[0].contains("beehive.Order-Payment"),
            "{record:?}"
        );
    }

    #[test]
    fn waiting_out_a_delay_is_no_death() {
        for queue in ["beehive.delay.07", "beehive.delay", "my-shop.delay07"] {
            let headers = table(vec![death("expired", queue)]);
            assert_eq!(read(Some(&headers), &Note::default(), 0), None, "{queue}");
        }
        for queue in ["beehive.delay-Payment", "beehive.delay-delay"] {
            let headers = table(vec![death("expired", queue)]);
            assert!(
                read(Some(&headers), &Note::default(), 0).is_some(),
                "{queue}"
            );
        }
    }

    #[test]
    fn an_unknown_form_is_no_death() {
        let cases = [
            headers::text("x"),
            AMQPValue::FieldArray(vec![].into()),
            AMQPValue::FieldArray(vec![AMQPValue::Void].into()),
        ];
        for value in cases {
            let headers = BTreeMap::from([(headers::name(headers::DEATH), value)]).into();
            assert_eq!(read(Some(&headers), &Note::default(), 0), None);
        }
    }
}
