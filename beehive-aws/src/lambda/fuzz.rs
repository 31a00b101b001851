//! What must hold of a batch, whatever is in it.

#![allow(clippy::unwrap_used, reason = "this is a test, though not called so")]

use std::sync::Arc;
use std::time::Duration;

use beehive_core::ErrorKind;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::SqsBatch;
use super::batch::Record;
use super::invocation::Invocation;
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
    let mut ids: Vec<_> = records.iter().map(|it| it.id().to_owned()).collect();
    let end = Instant::now() + Duration::from_mins(1);
    let invocation = Arc::new(Invocation::new(records, end, Arc::new(Notify::new())));
    let mut begun = Vec::new();
    while let Some(slip) = invocation.begin() {
        assert!(begun.len() < ids.len(), "one was begun twice");
        begun.push(slip.given_out());
    }
    let (done, silent): (Vec<_>, Vec<_>) = begun
        .into_iter()
        .enumerate()
        .partition(|(number, _)| number.is_multiple_of(2));
    for (_, slip) in done {
        assert!(slip.done());
        let id = slip.message().message_id().map(str::to_owned);
        let place = ids.iter().position(|other| Some(other) == id.as_ref());
        ids.remove(place.unwrap());
    }
    drop(silent);
    invocation.withdraw();
    invocation.close();
    let response = invocation.response();
    let mut failures: Vec<_> = response.failures().collect();
    failures.sort_unstable();
    ids.sort_unstable();
    assert_eq!(failures, ids);
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
