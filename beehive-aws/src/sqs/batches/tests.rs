//! Batches whose answers are wrong, partial or lost, and callers who go away.

use std::sync::{Arc, Mutex};

use beehive_core::event::Event;
use beehive_core::{ErrorKind, Result};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::yield_now;

use super::super::codec::encode;
use super::super::stub::{Stub, calls};
use super::super::wire::Reply;
use super::coalescer::{Batch, Coalescer};
use super::fates::{Answer, Failure, Fate, fates};
use super::{Change, Changes, Deletes, Outgoing, Publishes, Sends};
use crate::error::Fault;

/// Batches that are kept, and answered when the test lets them.
#[derive(Clone, Debug)]
struct Kept {
    batches: Arc<Mutex<Vec<Vec<u32>>>>,
    gate: Arc<Semaphore>,
}

impl Kept {
    fn new() -> Self {
        Self {
            batches: Arc::default(),
            gate: Arc::new(Semaphore::new(0)),
        }
    }

    fn batches(&self) -> Vec<Vec<u32>> {
        self.batches.lock().unwrap().clone()
    }
}

impl Batch for Kept {
    type Entry = u32;

    fn size(&self, _: &u32) -> usize {
        1
    }

    /// An entry 13 gets no answer, nor does what comes after it.
    async fn carry_out(&self, entries: &[u32]) -> Vec<Result<()>> {
        self.batches.lock().unwrap().push(entries.to_vec());
        self.gate.acquire().await.unwrap().forget();
        let answered = entries.iter().take_while(|entry| **entry != 13);
        answered.map(|_| Ok(())).collect()
    }
}

async fn settle() {
    for _ in 0..20 {
        yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lone_entry_goes_at_once_and_what_comes_meanwhile_goes_together() {
    let kept = Kept::new();
    let coalescer = Arc::new(Coalescer::new(kept.clone(), 4));
    let spawn = |entry| {
        let coalescer = Arc::clone(&coalescer);
        tokio::spawn(async move { coalescer.one(entry).await })
    };
    let mut callers = vec![spawn(1)];
    settle().await;
    assert_eq!(kept.batches(), [vec![1]]);
    callers.extend([spawn(2), spawn(3), spawn(4)]);
    settle().await;
    assert_eq!(kept.batches().len(), 1);
    kept.gate.add_permits(2);
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(kept.batches(), [vec![1], vec![2, 3, 4]]);
}

#[test]
fn a_runtime_that_ends_takes_along_what_waits() {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_time().build().unwrap();
    let kept = Kept::new();
    let coalescer = Arc::new(Coalescer::new(kept.clone(), 1));
    runtime.block_on(async {
        for entry in [1, 2] {
            let coalescer = Arc::clone(&coalescer);
            tokio::spawn(async move { coalescer.one(entry).await });
            settle().await;
        }
    });
    drop(runtime);
    assert_eq!(kept.batches(), [vec![1]]);
    let shown = format!("{coalescer:?}");
    assert!(shown.contains("waiting: 0, under_way: 0"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn full_batches_go_side_by_side() {
    let kept = Kept::new();
    kept.gate.add_permits(100);
    let coalescer = Coalescer::new(kept.clone(), 2);
    let done = coalescer.all(100..135).await;
    assert!(done.iter().all(Result::is_ok));
    let sizes: Vec<_> = kept.batches().iter().map(Vec::len).collect();
    assert_eq!(sizes, [10, 10, 10, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_takes_nobody_along() {
    let kept = Kept::new();
    let coalescer = Arc::new(Coalescer::new(kept.clone(), 1));
    let spawn = |entry| {
        let coalescer = Arc::clone(&coalescer);
        tokio::spawn(async move { coalescer.one(entry).await })
    };
    let first = spawn(1);
    settle().await;
    let (gone, stays) = (spawn(2), spawn(3));
    settle().await;
    first.abort();
    gone.abort();
    kept.gate.add_permits(2);
    stays.await.unwrap().unwrap();
    assert_eq!(kept.batches(), [vec![1], vec![2, 3]]);
}

#[tokio::test(start_paused = true)]
async fn an_entry_without_an_answer_is_not_taken_for_done() {
    let kept = Kept::new();
    kept.gate.add_permits(10);
    let done = Coalescer::new(kept, 1).all([1, 13, 2]).await;
    let kinds: Vec<_> = done
        .into_iter()
        .map(|done| done.map_err(|error| error.kind()))
        .collect();
    let unknown = Err(ErrorKind::Temporary);
    assert_eq!(kinds, [Ok(()), unknown, unknown]);
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
            Fate::Failed(fault) => (number, Some(fault.kind())),
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
    let done = sends(&stub).carry_out(&outgoing).await;
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
    let done = sends(&stub).carry_out(&[outgoing()]).await;
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
    let done = sends(&stub).carry_out(&[outgoing()]).await;
    assert!(done[0].is_ok(), "{done:?}");
    let never = Stub::default();
    let done = sends(&never).carry_out(&[outgoing(), outgoing()]).await;
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
    let done = deletes.carry_out(&["lost".into(), "held".into()]).await;
    let error = done[0].as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseLost);
    assert!(done[1].is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_sqs_does_not_hold_any_more_cannot_be_changed() {
    let stub = Stub::new([said(&json!({
        "Successful": [],
        "Failed": [{
            "Id": "0",
            "Code": "AWS.SimpleQueueService.MessageNotInflight",
            "SenderFault": true,
        }],
    }))]);
    let changes = Changes {
        client: aws_sdk_sqs::Client::new(&stub.sdk()),
        calls: calls(),
        url: "https://sqs.example/1/queue".into(),
    };
    let change = Change {
        receipt: "lost".into(),
        seconds: 30,
    };
    let done = changes.carry_out(&[change]).await;
    assert_eq!(done[0].as_ref().unwrap_err().kind(), ErrorKind::LeaseLost);
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
    let done = publishes
        .carry_out(&[outgoing(), outgoing(), outgoing()])
        .await;
    let kinds: Vec<_> = done
        .into_iter()
        .map(|done| done.map_err(|error| error.kind()))
        .collect();
    assert_eq!(kinds, [Ok(()), Ok(()), Err(ErrorKind::Invalid)]);
    assert_eq!(stub.requests().len(), 2);
}
