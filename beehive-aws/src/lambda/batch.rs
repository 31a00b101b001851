//! What the trigger hands to the function. Pure.
//!
//! The format is AWS's own: "Example standard queue message event" and "Example FIFO queue message
//! event" in the Lambda Developer Guide, <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName};
use aws_smithy_types::{Blob, base64};
use beehive_core::{Error, ErrorKind, Result};
use serde::Deserialize;

use crate::sqs::is_ordered;

/// Messages of one queue of SQS, as its trigger hands them to a function.
///
/// ```
/// use beehive_aws::lambda::SqsBatch;
///
/// let batch: SqsBatch = serde_json::from_str(
///     r#"{"Records": [{
///         "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
///         "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
///         "body": "{}",
///         "attributes": {"ApproximateReceiveCount": "1"},
///         "messageAttributes": {},
///         "eventSource": "aws:sqs",
///         "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:shop-OrderAccepted-Payment",
///         "awsRegion": "eu-west-1"
///     }]}"#,
/// )?;
/// assert_eq!(batch.len(), 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Deserialize)]
pub struct SqsBatch {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

/// One message.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    message_id: String,
    receipt_handle: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    attributes: HashMap<String, String>,
    /// Null in what some tools send.
    #[serde(default)]
    message_attributes: Option<HashMap<String, Attribute>>,
    #[serde(rename = "eventSourceARN")]
    queue_arn: String,
}

/// A message attribute.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attribute {
    data_type: String,
    string_value: Option<String>,
    /// In base64.
    binary_value: Option<String>,
}

impl SqsBatch {
    /// How many messages there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The queue of all of them, by its name for all of AWS; `None` without messages.
    ///
    /// # Errors
    /// `Invalid` if they are of several.
    pub(super) fn queue_arn(&self) -> Result<Option<&str>> {
        let Some(first) = self.records.first() else {
            return Ok(None);
        };
        match self
            .records
            .iter()
            .find(|it| it.queue_arn != first.queue_arn)
        {
            None => Ok(Some(&first.queue_arn)),
            Some(other) => Err(Error::new(
                ErrorKind::Invalid,
                "the messages are of several queues; a trigger hands over those of one",
            )
            .with_operation("invoke function")
            .with_context("queue", &first.queue_arn)
            .with_context("also", &other.queue_arn)),
        }
    }

    pub(super) fn into_records(self) -> Vec<Record> {
        self.records
    }
}

impl Record {
    pub(super) fn id(&self) -> &str {
        &self.message_id
    }

    /// The right to settle it.
    pub(super) fn receipt(&self) -> &str {
        &self.receipt_handle
    }

    /// Whether its queue keeps order.
    pub(super) fn keeps_order(&self) -> bool {
        is_ordered(&self.queue_arn)
    }

    /// Among which messages it keeps its order, if its queue keeps one. Those of other queues may be
    /// in groups as well, for another purpose.
    pub(super) fn group(&self) -> Option<&str> {
        let group = self.attributes.get("MessageGroupId");
        self.keeps_order().then(|| group.map_or("", String::as_str))
    }

    /// The message as SQS would have given it to a receiver.
    pub(super) fn message(&self) -> Message {
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|(name, value)| {
            let name = MessageSystemAttributeName::from(name.as_str());
            (name, value.clone())
        });
        let own = self.message_attributes.iter().flatten();
        let own = own.filter_map(|(name, value)| Some((name.clone(), value.value()?)));
        Message::builder()
            .message_id(&self.message_id)
            .receipt_handle(&self.receipt_handle)
            .body(&self.body)
            .set_attributes(Some(attributes.collect()))
            .set_message_attributes(Some(own.collect()))
            .build()
    }
}

impl Attribute {
    /// The same for the SDK, which wants the type alone to be there.
    fn value(&self) -> Option<MessageAttributeValue> {
        let binary = self.binary_value.as_ref().map(|text| {
            // What is no base64 is kept as it is, for whoever looks at the dead letter.
            let bytes = base64::decode(text).unwrap_or_else(|_| text.clone().into_bytes());
            Blob::new(bytes)
        });
        MessageAttributeValue::builder()
            .data_type(&self.data_type)
            .set_string_value(self.string_value.clone())
            .set_binary_value(binary)
            .build()
            .ok()
    }
}

impl fmt::Debug for SqsBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqsBatch")
            .field("records", &self.records)
            .finish()
    }
}

impl fmt::Debug for Record {
    /// Without the body, which is its owner's, and the receipt, which is the right to settle it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("id", &self.message_id)
            .field("queue", &self.queue_arn)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PLAIN: &str = "arn:aws:sqs:eu-west-1:123456789012:shop-Order-Payment";

    fn record(arn: &str) -> serde_json::Value {
        json!({
            "messageId": "m-1",
            "receiptHandle": "planted-receipt",
            "body": "planted-body",
            "attributes": {
                "ApproximateReceiveCount": "3",
                "ApproximateFirstReceiveTimestamp": "1523232000001",
                "MessageGroupId": "s-7",
            },
            "messageAttributes": {
                "ce-id": {
                    "stringValue": "e-1", "stringListValues": [], "binaryListValues": [],
                    "dataType": "String",
                },
                "picture": { "binaryValue": "AAH/", "dataType": "Binary.png" },
                "broken": { "binaryValue": "no base64", "dataType": "Binary" },
            },
            "md5OfBody": "098f6bcd4621d373cade4e832627b4f6",
            "eventSource": "aws:sqs",
            "eventSourceARN": arn,
            "awsRegion": "eu-west-1",
        })
    }

    fn batch(records: &[serde_json::Value]) -> serde_json::Result<SqsBatch> {
        serde_json::from_value(json!({ "Records": records }))
    }

    #[test]
    fn a_record_is_the_message_that_a_receiver_gets() {
        let batch = batch(&[record(PLAIN)]).unwrap();
        assert_eq!(batch.queue_arn().unwrap(), Some(PLAIN));
        let record = batch.into_records().remove(0);
        let message = record.message();
        assert_eq!(message.body(), Some("planted-body"));
        assert_eq!(message.receipt_handle(), Some("planted-receipt"));
        let attributes = message.attributes().unwrap();
        let count = &MessageSystemAttributeName::ApproximateReceiveCount;
        assert_eq!(attributes[count], "3");
        let own = message.message_attributes().unwrap();
        assert_eq!(own["ce-id"].string_value(), Some("e-1"));
        assert_eq!(own["picture"].data_type(), "Binary.png");
        let bytes = |name: &str| own[name].binary_value().unwrap().as_ref().to_vec();
        assert_eq!(bytes("picture"), [0, 1, 255]);
        assert_eq!(bytes("broken"), b"no base64");
    }

    #[test]
    fn a_group_counts_where_the_queue_keeps_order() {
        let group = |arn: &str| {
            let records = batch(&[record(arn)]).unwrap().into_records();
            records[0].group().map(str::to_owned)
        };
        assert_eq!(group(PLAIN), None);
        assert_eq!(group(&format!("{PLAIN}.fifo")).as_deref(), Some("s-7"));
    }

    #[test]
    fn what_is_no_batch_of_one_queue_is_refused() {
        assert!(serde_json::from_value::<SqsBatch>(json!({})).is_err());
        for missing in ["messageId", "receiptHandle", "eventSourceARN"] {
            let mut record = record(PLAIN);
            record.as_object_mut().unwrap().remove(missing);
            assert!(batch(&[record]).is_err(), "{missing}");
        }
        let error = batch(&[record(PLAIN), record("arn:other")]).unwrap();
        let error = error.queue_arn().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert_eq!(batch(&[]).unwrap().queue_arn().unwrap(), None);
    }

    #[test]
    fn little_is_enough() {
        let bare = json!({
            "messageId": "m", "receiptHandle": "r", "messageAttributes": null, "eventSourceARN": "q",
        });
        let batch = batch(&[bare]).unwrap();
        assert_eq!((batch.len(), batch.is_empty()), (1, false));
        assert_eq!(batch.into_records()[0].message().body(), Some(""));
    }

    #[test]
    fn debug_shows_neither_bodies_nor_receipts() {
        let shown = format!("{:?}", batch(&[record(PLAIN)]).unwrap());
        assert!(
            shown.contains("m-1") && !shown.contains("planted"),
            "{shown}"
        );
    }
}
