//! What a queue should be, and where one differs. Pure.

use std::collections::HashMap;

use aws_sdk_sqs::types::QueueAttributeName as Name;
use beehive_core::{Error, ErrorKind};
use serde_json::{Value, json};

use super::super::names::is_ordered;
use super::super::options::QueueEncryption;
use super::policy::policy;

/// How long SQS keeps an event that nobody takes: as long as it can.
const RETENTION_SECONDS: u32 = 14 * 24 * 60 * 60;
/// After how many deliveries SQS gives an event up by itself. As many as it lets one say: giving up
/// is the actor's decision, and this is a net below it.
const DELIVERIES_MAX: u32 = 1_000;

/// What a queue should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// Its name on SQS.
    pub(super) queue: String,
    /// Its attributes, as SQS has them.
    pub(super) attributes: Vec<(Name, String)>,
}

impl Plan {
    /// A queue that gives its dead letters to another, or one that is that other. By its name it keeps
    /// order or not.
    pub(super) fn new(
        queue: &str,
        arn: &str,
        topic: Option<&str>,
        dead_letters: Option<&str>,
        encryption: &QueueEncryption,
    ) -> Self {
        let mut attributes = vec![
            (Name::MessageRetentionPeriod, RETENTION_SECONDS.to_string()),
            (Name::Policy, policy(arn, topic).to_string()),
        ];
        if let Some(dead_letters) = dead_letters {
            let redrive = json!({
                "deadLetterTargetArn": dead_letters,
                "maxReceiveCount": DELIVERIES_MAX,
            });
            attributes.push((Name::RedrivePolicy, redrive.to_string()));
        }
        if is_ordered(queue) {
            attributes.push((Name::FifoQueue, "true".to_owned()));
        }
        attributes.push(match encryption {
            QueueEncryption::Managed => (Name::SqsManagedSseEnabled, "true".to_owned()),
            QueueEncryption::Kms(key) => (Name::KmsMasterKeyId, key.clone()),
        });
        Self {
            queue: queue.to_owned(),
            attributes,
        }
    }

    /// Compares a queue that is there with what it should be.
    ///
    /// # Errors
    /// `Conflict`, naming the first attribute that differs.
    pub(super) fn check(&self, is: &HashMap<Name, String>) -> Result<(), Error> {
        for (name, should) in &self.attributes {
            let is = is.get(name).map(String::as_str);
            if !is.is_some_and(|is| same(is, should)) {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    "the queue exists with another attribute; delete it, or change it to what it \
                     should be",
                )
                .with_context("queue", &self.queue)
                .with_context("attribute", name.as_str())
                .with_context("is", is.unwrap_or("not set"))
                .with_context("should be", should));
            }
        }
        Ok(())
    }
}

/// Whether two values mean the same: some are JSON, which SQS writes in its own way.
pub(super) fn same(is: &str, should: &str) -> bool {
    if is == should {
        return true;
    }
    let read = |text: &str| serde_json::from_str::<Value>(text).map(as_text);
    matches!((read(is), read(should)), (Ok(is), Ok(should)) if is == should)
}

/// Numbers in policies come back as texts, or the other way round.
fn as_text(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Array(values) => Value::Array(values.into_iter().map(as_text).collect()),
        Value::Object(fields) => {
            let fields = fields.into_iter();
            Value::Object(fields.map(|(name, value)| (name, as_text(value))).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        let managed = QueueEncryption::Managed;
        Plan::new(
            "shop-Order-Payment",
            "QUEUE",
            Some("TOPIC"),
            Some("DEAD"),
            &managed,
        )
    }

    fn as_it_should_be() -> HashMap<Name, String> {
        plan().attributes.into_iter().collect()
    }

    #[test]
    fn a_queue_that_is_as_it_should_be_is_left_alone() {
        let mut is = as_it_should_be();
        is.insert(Name::VisibilityTimeout, "77".into());
        is.insert(
            Name::RedrivePolicy,
            "{\"maxReceiveCount\": \"1000\",\n\"deadLetterTargetArn\":\"DEAD\"}".into(),
        );
        plan().check(&is).unwrap();
    }

    #[test]
    fn what_differs_is_named() {
        for (name, value) in [
            (Name::MessageRetentionPeriod, Some("60")),
            (Name::RedrivePolicy, Some("{\"maxReceiveCount\":3}")),
            (Name::RedrivePolicy, None),
            (Name::Policy, Some("{}")),
            (Name::SqsManagedSseEnabled, Some("false")),
        ] {
            let mut is = as_it_should_be();
            match value {
                Some(value) => is.insert(name.clone(), value.into()),
                None => is.remove(&name),
            };
            let error = plan().check(&is).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict);
            let shown = error.to_string();
            assert!(shown.contains(name.as_str()), "{shown}");
            assert!(shown.contains("shop-Order-Payment"), "{shown}");
        }
    }

    #[test]
    fn dead_letters_have_no_net_below_them_and_are_kept_as_long() {
        let managed = QueueEncryption::Kms("key-1".into());
        let dead = Plan::new("dead", "DEAD", None, None, &managed);
        let names: Vec<_> = dead
            .attributes
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(
            names,
            ["MessageRetentionPeriod", "Policy", "KmsMasterKeyId"]
        );
    }
}
