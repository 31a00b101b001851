//! Who may do what with a queue. Pure.

use serde_json::{Value, json};

/// The policy of a queue: events come over encrypted connections alone and, if it belongs to a
/// subscription, from that topic. Whoever else has rights has them by a policy of his own.
pub(super) fn policy(queue: &str, topic: Option<&str>) -> Value {
    let mut statements = vec![json!({
        "Sid": "encrypted-connections-only",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": queue,
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    })];
    if let Some(topic) = topic {
        statements.push(json!({
            "Sid": "topic",
            "Effect": "Allow",
            "Principal": { "Service": "sns.amazonaws.com" },
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": { "ArnEquals": { "aws:SourceArn": topic } },
        }));
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_topic_of_a_subscription_may_send() {
        let policy = policy("QUEUE", Some("TOPIC"));
        let allowing: Vec<_> = policy["Statement"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|statement| statement["Effect"] == "Allow")
            .collect();
        assert_eq!(allowing.len(), 1);
        assert_eq!(allowing[0]["Principal"]["Service"], "sns.amazonaws.com");
        assert_eq!(allowing[0]["Action"], "sqs:SendMessage");
        assert_eq!(
            allowing[0]["Condition"]["ArnEquals"]["aws:SourceArn"],
            "TOPIC"
        );
    }

    #[test]
    fn nobody_is_let_into_a_simple_queue() {
        let policy = policy("QUEUE", None).to_string();
        assert!(!policy.contains("Allow"), "{policy}");
        assert!(policy.contains("aws:SecureTransport"), "{policy}");
    }
}
