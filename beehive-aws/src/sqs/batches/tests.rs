//! Batches whose answers are wrong, partial or lost.

use std::sync::Arc;

use beehive_core::event::Event;
use beehive_core::{ErrorKind, Result};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, oneshot};

use super::super::codec::encode;
use super::super::stub::{Stub, calls};
use super::super::wire::Reply;
use super::callers::{Caller, Callers};
use super::coalescer::Batch;
use super::fates::{Answer, Failure, Fate, fates};
use super::{Change, Changes, Deletes, Outgoing, Publishes, Sends};
use crate::error::Fault;

/// What callers of so many entries are told by this.
pub(super) async fn fates_of(
    count: usize,
    carry_out: impl AsyncFnOnce(Callers),
) -> Vec<Result<()>> {
    let room = Arc::new(Semaphore::new(count));
    let (mut callers, mut answers) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let (done, answer) = oneshot::channel();
        let room = Arc::clone(&room).try_acquire_owned().unwrap();
        callers.push(Caller { done, room });
        answers.push(answer);
    }
    carry_out(Callers::new(callers)).await;
    let mut fates = Vec::new();
    for answer in answers {
        fates.push(answer.await.expect("every caller is told"));
    }
    fates
}

async fn carried_out<B: Batch>(batch: &B, entries: &[B::Entry]) -> Vec<Result<()>> {
    fates_of(entries.len(), async |callers| {
        batch.carry_out(entries, &callers).await;
    })
    .await
}

#[test]
fn what_the_answer_does_not_name_is_unknown() {
    let answer = Answer {
        done: vec!["0".into(), "7".into(), "nonsense".into()],
        failed: vec![Failure {
            id: "2".into(),
            fault: Fault::of_entry("InvalidMessageContents", None, true),
        }],
    };
    let kinds: Vec<_> = fates(&[0, 1, 2], answer)
        .into_iter()
        .map(|(number, fate)| match fate {
            Fate::Done => (number, None),
            Fate::Failed(fault) | Fate::GivenUp(fault) => (number, Some(fault.kind())),
        })
        .collect();
    assert_eq!(
        kinds,
        [
            (0, None),
            (1, Some(ErrorKind::Temporary)),
            (2, Some(ErrorKind::Invalid)),
        ]
    );
}

fn said(body: &Value) -> Reply {
    Reply::Said(200, body.to_string())
}

fn sends(stub: &Stub) -> Sends {
    Sends {
        client: aws_sdk_sqs::Client::new(&stub.sdk()),
        calls: calls(),
        url: "https://sqs.example/1/queue".into(),
    }
}

fn outgoing() -> Outgoing {
    let event = Event::new("Order", "text/plain", "body");
    Outgoing {
        message: Arc::new(encode(&event, Timestamp::now()).unwrap()),
        delay: 0,
        group: None,
    }
}

/// The numbers of the entries in a request.
fn entries(request: &str) -> Vec<String> {
    let request: Value = serde_json::from_str(request).unwrap();
    let entries = request["Entries"].as_array().unwrap().iter();
    entries
        .map(|entry| entry["Id"].as_str().unwrap().to_owned())
        .collect()
}

fn sent(id: &str) -> Value {
    json!({ "Id": id, "MessageId": "m", "MD5OfMessageBody": "x" })
}

#[tokio::test(start_paused = true)]
async fn of_a_batch_that_failed_in_part_only_what_may_help_is_sent_again() {
    let stub = Stub::new([
        said(&json!({
            "Successful": [sent("0")],
            "Failed": [
                { "Id": "1", "Code": "InternalError", "SenderFault": false },
                { "Id": "2", "Code": "InvalidMessageContents", "SenderFault": true, "Message": "bad" },
            ],
        })),
        said(&json!({ "Successful": [sent("1")], "Failed": [] })),
        said(&json!({ "Successful": [sent("3")], "Failed": [] })),
    ]);
    let outgoing = [outgoing(), outgoing(), outgoing(), outgoing()];
    let done = carried_out(&sends(&stub), &outgoing).await;
    let kinds: Vec<_> = done
        .into_iter()
        .map(|done| done.map_err(|error| error.kind()))
        .collect();
    assert_eq!(kinds, [Ok(()), Ok(()), Err(ErrorKind::Invalid), Ok(())]);
    let requests: Vec<_> = stub.requests().iter().map(|body| entries(body)).collect();
    // Of 3 nothing was said.
    assert_eq!(
        requests,
        [vec!["0", "1", "2", "3"], vec!["1", "3"], vec!["3"]]
    );
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_is_never_named_fails_for_now() {
    let silent = || said(&json!({ "Successful": [], "Failed": [] }));
    let stub = Stub::new([silent(), silent(), silent(), silent(), silent(), silent()]);
    let done = carried_out(&sends(&stub), &[outgoing()]).await;
    let error = done[0].as_ref().unwrap_err();
    assert!(error.is_temporary(), "{error}");
    assert!(
        error.to_string().contains("said nothing of this entry"),
        "{error}"
    );
    assert_eq!(stub.requests().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_fails_no_entry_for_good() {
    let stub = Stub::new([
        Reply::Broken,
        Reply::Said(503, String::new()),
        said(&json!({ "Successful": [sent("0")], "Failed": [] })),
    ]);
    let done = carried_out(&sends(&stub), &[outgoing()]).await;
    assert!(done[0].is_ok(), "{done:?}");
    let never = Stub::default();
    let done = carried_out(&sends(&never), &[outgoing(), outgoing()]).await;
    for fate in done {
        let error = fate.unwrap_err();
        assert!(error.is_temporary(), "{error}");
        assert!(!format!("{error:?}").contains("planted-secret"));
    }
}

#[tokio::test(start_paused = true)]
async fn each_commit_of_a_batch_has_its_own_answer() {
    let stub = Stub::new([said(&json!({
        "Successful": [{ "Id": "1" }],
        "Failed": [{ "Id": "0", "Code": "ReceiptHandleIsInvalid", "SenderFault": true }],
    }))]);
    let deletes = Deletes {
        client: aws_sdk_sqs::Client::new(&stub.sdk()),
        calls: calls(),
        url: "https://sqs.example/1/queue".into(),
    };
    let done = carried_out(&deletes, &["lost".into(), "held".into()]).await;
    let error = done[0].as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseLost);
    assert!(done[1].is_ok());
}

/// What AWS answers for the receipt of a lease that is over; emulators know the first two at most.
const OVER: [(&str, &str); 4] = [
    (
        "ReceiptHandleIsInvalid",
        "The input receipt handle 'planted-receipt' is invalid",
    ),
    ("AWS.SimpleQueueService.MessageNotInflight", ""),
    (
        "InvalidParameterValue",
        "Value planted-receipt for parameter ReceiptHandle is invalid. Reason: Message does not \
         exist or is not available for visibility timeout change.",
    ),
    (
        "InvalidParameterValue",
        "Value planted-receipt for parameter ReceiptHandle is invalid. Reason: The receipt handle \
         has expired.",
    ),
];

fn failed(code: &str, text: &str) -> Reply {
    said(&json!({
        "Successful": [],
        "Failed": [{ "Id": "0", "Code": code, "Message": text, "SenderFault": true }],
    }))
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_sqs_does_not_hold_any_more_is_lost() {
    for (code, text) in OVER {
        let stub = Stub::new([failed(code, text), failed(code, text)]);
        let (client, url) = (
            aws_sdk_sqs::Client::new(&stub.sdk()),
            "https://sqs.example/1/q",
        );
        let changes = Changes {
            client: client.clone(),
            calls: calls(),
            url: url.into(),
        };
        let deletes = Deletes {
            client,
            calls: calls(),
            url: url.into(),
        };
        let change = Change {
            receipt: "planted-receipt".into(),
            seconds: 30,
        };
        let mut fates = carried_out(&changes, &[change]).await;
        fates.extend(carried_out(&deletes, &["planted-receipt".into()]).await);
        for fate in fates {
            let error = fate.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::LeaseLost, "{code}: {error}");
            // It is the right to settle a lease, if that is not over after all.
            let shown = format!("{error:?}");
            assert!(!shown.contains("planted-receipt"), "{shown}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_cannot_be_longer_is_not_lost() {
    let stub = Stub::new([failed(
        "InvalidParameterValue",
        "Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout \
         for the message is beyond the limit [43200 seconds].",
    )]);
    let changes = Changes {
        client: aws_sdk_sqs::Client::new(&stub.sdk()),
        calls: calls(),
        url: "https://sqs.example/1/queue".into(),
    };
    let change = Change {
        receipt: "held".into(),
        seconds: 43_200,
    };
    let fates = carried_out(&changes, &[change]).await;
    assert_eq!(fates[0].as_ref().unwrap_err().kind(), ErrorKind::Limit);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_as_a_whole_is_sent_one_by_one() {
    let refused = |code: &str| {
        let body = json!({ "__type": format!("com.amazonaws.sqs#{code}"), "message": "bad" });
        Reply::Said(400, body.to_string())
    };
    let stub = Stub::new([
        refused("BatchRequestTooLong"),
        said(&json!({ "Successful": [sent("0")], "Failed": [] })),
        refused("InvalidMessageContents"),
        said(&json!({ "Successful": [sent("2")], "Failed": [] })),
    ]);
    let three = [outgoing(), outgoing(), outgoing()];
    let done = carried_out(&sends(&stub), &three).await;
    let kinds: Vec<_> = done
        .into_iter()
        .map(|done| done.map_err(|error| error.kind()))
        .collect();
    assert_eq!(kinds, [Ok(()), Err(ErrorKind::Invalid), Ok(())]);
    let requests: Vec<_> = stub.requests().iter().map(|body| entries(body)).collect();
    let alone = |id: &str| vec![id.to_owned()];
    assert_eq!(
        requests,
        [
            vec!["0".to_owned(), "1".to_owned(), "2".to_owned()],
            alone("0"),
            alone("1"),
            alone("2")
        ]
    );
    // What is refused for no entry's sake is not asked for again.
    let denied = Stub::new([refused("AccessDenied")]);
    let done = carried_out(&sends(&denied), &three).await;
    assert!(done.iter().all(Result::is_err));
    assert_eq!(denied.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_topic_answers_for_each_event() {
    let xml = |successful: &str, failed: &str| {
        Reply::Said(
            200,
            format!(
                "<PublishBatchResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\
                 <PublishBatchResult><Successful>{successful}</Successful>\
                 <Failed>{failed}</Failed></PublishBatchResult></PublishBatchResponse>"
            ),
        )
    };
    let done = |id: u8| format!("<member><Id>{id}</Id><MessageId>m</MessageId></member>");
    let failed = "<member><Id>1</Id><Code>InternalError</Code><SenderFault>false</SenderFault></member>\
                  <member><Id>2</Id><Code>InvalidParameter</Code><SenderFault>true</SenderFault></member>";
    let stub = Stub::new([xml(&done(0), failed), xml(&done(1), "")]);
    let publishes = Publishes {
        client: aws_sdk_sns::Client::new(&stub.sdk()),
        calls: calls(),
        arn: "arn:aws:sns:eu-west-1:1:topic".into(),
    };
    let three = [outgoing(), outgoing(), outgoing()];
    let done = carried_out(&publishes, &three).await;
    let kinds: Vec<_> = done
        .into_iter()
        .map(|done| done.map_err(|error| error.kind()))
        .collect();
    assert_eq!(kinds, [Ok(()), Ok(()), Err(ErrorKind::Invalid)]);
    assert_eq!(stub.requests().len(), 2);
}
