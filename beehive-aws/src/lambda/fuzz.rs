//! What must hold of a batch, whatever is in it.

#![allow(clippy::unwrap_used, reason = "this is a test, though not called so")]

use std::sync::Arc;
use std::time::Duration;

use beehive_core::ErrorKind;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::SqsBatch;
use super::batch::Record;
use super::invocation::{Invocation, Slip};
use crate::sqs::fuzz::received;

/// What a trigger hands to the function, as JSON.
///
/// Each of its messages is read as one from a receiver would be. Whatever is not said to be done is
/// answered as failed, and nothing else is.
pub(crate) fn batch(data: &[u8]) {
    let Ok(batch) = serde_json::from_slice::<SqsBatch>(data) else {
        return;
    };
    if let Err(error) = batch.queue_arn() {
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    }
    let records = batch.into_records();
    for record in &records {
        received(record.message());
    }
    answered(records);
}

/// Every other message that is begun is done; of the rest nothing is said.
fn answered(records: Vec<Record>) {
    let ids: Vec<_> = records
        .iter()
        .map(|record| record.id().to_owned())
        .collect();
    let end = Instant::now() + Duration::from_mins(1);
    let invocation = Arc::new(Invocation::new(records, end, Arc::new(Notify::new())));
    let mut done = Vec::new();
    let mut begun = Vec::new();
    while let Some(slip) = invocation.begin() {
        let slip: Slip = slip.given_out();
        assert_eq!(slip.message().message_id(), Some(ids[begun.len()].as_str()));
        let is_done = begun.len().is_multiple_of(2);
        if is_done {
            assert!(slip.done());
        }
        done.push(is_done);
        begun.push(slip);
        assert!(begun.len() <= ids.len(), "one was begun twice");
    }
    invocation.withdraw();
    invocation.close();
    let response = invocation.response();
    let failures: Vec<_> = response.failures().collect();
    let failed = (0..ids.len()).filter(|place| !done.get(*place).is_some_and(|done| *done));
    let expected: Vec<_> = failed.map(|place| ids[place].as_str()).collect();
    assert_eq!(failures, expected);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_batch(
            records in proptest::collection::vec(("[a-c]", "[a-b]", "q(\\.fifo)?", ".{0,5}"), 0..6),
            binary in "\\PC{0,5}|[A-Za-z]{4}",
        ) {
            let records: Vec<_> = records
                .into_iter()
                .map(|(id, group, queue, text)| serde_json::json!({
                    "messageId": id, "receiptHandle": "r", "body": text, "eventSourceARN": queue,
                    "attributes": { "MessageGroupId": group, "ApproximateReceiveCount": text },
                    "messageAttributes": {
                        "ce-id": { "dataType": "String", "stringValue": text },
                        "b": { "dataType": "Binary", "binaryValue": binary },
                    },
                }))
                .collect();
            batch(serde_json::json!({ "Records": records }).to_string().as_bytes());
        }
    }
}
