//! More dead letters than can be looked at return by a task of SQS: it goes on when this process does
//! not.

use std::time::Duration;

use beehive_core::queue::RedriveRate;
use beehive_core::{Error, ErrorKind, Result};
use tokio::time::sleep;
use tracing::debug;

use super::super::topology::{Move, Moving, QueueDesk, Started, Topology};

/// How often it is looked how far the task is.
const LOOK: Duration = Duration::from_secs(1);
/// As fast as SQS moves events.
const PER_SECOND_MAX: u128 = 500;

/// How many looks may find nothing of a task that was begun.
const LOOKS_MAX: u32 = 60;

/// What follows from how far a task is. Pure.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// It is not there yet.
    Begin,
    /// It goes on.
    Wait,
    /// As many were moved as there were; what fails again meanwhile must not go round for ever.
    Stop(String),
    /// It is over.
    Done,
    Failed(String),
}

/// Has SQS return all dead letters of a queue, and says how many it did; `None` where it has no such
/// tasks. One that another process began is waited for.
///
/// # Cancel safety
/// Dropping the future does not stop the task.
pub(super) async fn all(
    topology: &Topology,
    dead_letters: &QueueDesk,
    desk: &QueueDesk,
    rate: RedriveRate,
) -> Result<Option<u64>> {
    let arns = topology.arns().await?;
    let from = arns.queue(&dead_letters.queue);
    let before = match topology.last_move(&from).await {
        Ok(before) => before.map(|task| task.began),
        Err(error) if error.kind() == ErrorKind::Unsupported => return Ok(None),
        Err(error) => return Err(error),
    };
    let events = Move {
        from: &from,
        to: &arns.queue(&desk.queue),
        per_second: per_second(rate),
    };
    match topology.start_move(&events).await? {
        Started::Unknown => Ok(None),
        started => watch(topology, &from, started, before).await.map(Some),
    }
}

/// Waits until the task is over, and says how many it moved.
async fn watch(
    topology: &Topology,
    from: &str,
    mut started: Started,
    mut before: Option<i64>,
) -> Result<u64> {
    let (mut moved, mut looks) = (0, 0);
    loop {
        sleep(LOOK).await;
        let last = topology.last_move(from).await?;
        let last = last.filter(|task| task.is_running() || Some(task.began) != before);
        moved = last.as_ref().map_or(moved, |task| task.moved.max(moved));
        match next(last.as_ref(), started) {
            Next::Begin if looks < LOOKS_MAX => looks += 1,
            Next::Begin => return Err(failed("SQS did not begin", moved)),
            Next::Wait => {}
            Next::Stop(handle) => {
                if let Err(error) = topology.stop_move(&handle).await {
                    debug!(from, %error, "the task that moves dead letters may be over");
                }
            }
            Next::Done => return Ok(moved),
            Next::Failed(why) => return Err(failed(&why, moved)),
        }
        if last.is_some() {
            // Whoever began it, this is the one.
            (started, before) = (Started::Yes, None);
        }
    }
}

fn next(last: Option<&Moving>, started: Started) -> Next {
    let Some(last) = last else {
        return match started {
            Started::Yes => Next::Begin,
            _ => Next::Failed("SQS refused to begin".into()),
        };
    };
    let is_enough = last.there.is_some_and(|there| last.moved >= there);
    match (&*last.state, &last.handle) {
        ("RUNNING", Some(handle)) if is_enough => Next::Stop(handle.clone()),
        // SQS may take its time to stop.
        ("CANCELLING", _) if is_enough => Next::Done,
        ("RUNNING" | "CANCELLING", _) => Next::Wait,
        ("FAILED", _) => Next::Failed(last.why.clone().unwrap_or_default()),
        _ => Next::Done,
    }
}

fn failed(why: &str, moved: u64) -> Error {
    Error::new(
        ErrorKind::Temporary,
        "SQS does not move all dead letters; those that it moved are back in their queue",
    )
    .with_context("moved", moved)
    .with_context("why", why)
}

fn per_second(rate: RedriveRate) -> i32 {
    let count = Duration::from_secs(1).as_nanos() / rate.pace().as_nanos().max(1);
    i32::try_from(count.clamp(1, PER_SECOND_MAX)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use beehive_core::queue::EventQueue as _;
    use serde_json::{Value, json};

    use super::*;
    use crate::sqs::stub::Stub;
    use crate::sqs::wire::Reply;
    use crate::sqs::{SqsOptions, SqsQueue};

    #[test]
    fn the_rate_is_one_that_sqs_takes() {
        for (rate, expected) in [(1, 1), (3, 3), (100, 100), (500, 500), (10_000, 500)] {
            let rate = RedriveRate::per_second(NonZeroU32::new(rate).unwrap());
            assert_eq!(per_second(rate), expected);
        }
    }

    #[test]
    fn what_follows_is_told_by_state_and_numbers() {
        let task = |state: &str, moved, there| Moving {
            handle: (state == "RUNNING").then(|| "h".to_owned()),
            state: state.into(),
            began: 0,
            moved,
            there,
            why: Some("no right".into()),
        };
        let (yes, refused) = (Started::Yes, Started::Refused);
        let failed = |why: &str| Next::Failed(why.into());
        for (last, started, expected) in [
            (None, yes, Next::Begin),
            (None, refused, failed("SQS refused to begin")),
            (Some(task("RUNNING", 0, None)), yes, Next::Wait),
            (Some(task("RUNNING", 7, Some(9))), yes, Next::Wait),
            (
                Some(task("RUNNING", 9, Some(9))),
                yes,
                Next::Stop("h".into()),
            ),
            // That of another process.
            (Some(task("RUNNING", 7, Some(9))), refused, Next::Wait),
            (Some(task("CANCELLING", 9, Some(9))), yes, Next::Done),
            (Some(task("CANCELLING", 5, Some(9))), yes, Next::Wait),
            (Some(task("CANCELLED", 9, Some(9))), yes, Next::Done),
            (Some(task("COMPLETED", 9, Some(9))), yes, Next::Done),
            (Some(task("FAILED", 3, Some(9))), yes, failed("no right")),
        ] {
            assert_eq!(
                next(last.as_ref(), started),
                expected,
                "{last:?} {started:?}"
            );
        }
    }

    /// More dead letters than can be looked at, of a queue on a wire on which this is answered when
    /// they are to return.
    async fn redriven(replies: impl IntoIterator<Item = Reply>) -> (Stub, Result<u64>) {
        let url = |name: &str| json!({ "QueueUrl": format!("https://sqs.example/1/{name}") });
        let about = json!({ "Attributes": { "ApproximateNumberOfMessages": "1500" } });
        let first = [url("dead"), url("queue"), about];
        let first = first.map(|body| Reply::Said(200, body.to_string()));
        let stub = Stub::new(first.into_iter().chain(replies));
        let options = SqsOptions::new("shop").with_account("123456789012");
        let queue = SqsQueue::open(&stub.config(), &options).await.unwrap();
        let name = "Jobs-Jobs".parse().unwrap();
        let rate = RedriveRate::default();
        let redriven = queue.dead_letters().redrive_all(&name, rate).await;
        (stub, redriven)
    }

    fn said(body: &Value) -> Reply {
        Reply::Said(200, body.to_string())
    }

    fn listed(state: &str, began: i64, moved: i64) -> Reply {
        let task = json!({
            "TaskHandle": "h",
            "Status": state,
            "StartedTimestamp": began,
            "ApproximateNumberOfMessagesMoved": moved,
            "ApproximateNumberOfMessagesToMove": 1500,
        });
        said(&json!({ "Results": [task] }))
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_moves_what_is_too_much_to_look_at() {
        let (stub, redriven) = redriven([
            listed("COMPLETED", 1, 7),
            said(&json!({ "TaskHandle": "h" })),
            // As it was before, for a moment.
            listed("COMPLETED", 1, 7),
            listed("RUNNING", 2, 900),
            // Some came back.
            listed("RUNNING", 2, 1_501),
            said(&json!({ "ApproximateNumberOfMessagesMoved": 1_501 })),
            listed("CANCELLED", 2, 1_502),
        ])
        .await;
        assert_eq!(redriven.unwrap(), 1_502);
        let requests = stub.requests();
        let asked: Value = serde_json::from_str(&requests[4]).unwrap();
        let arn = "arn:aws:sqs:eu-west-1:123456789012:shop-Jobs-Jobs";
        assert_eq!(asked["SourceArn"], format!("{arn}--dead"));
        assert_eq!(asked["DestinationArn"], arn);
        assert_eq!(asked["MaxNumberOfMessagesPerSecond"], 100);
        let stopped: Value = serde_json::from_str(&requests[8]).unwrap();
        assert_eq!(stopped["TaskHandle"], "h");
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_of_another_is_waited_for() {
        let busy = json!({ "__type": "com.amazonaws.sqs#InvalidParameterValue" });
        let (_, redriven) = redriven([
            listed("RUNNING", 1, 7),
            Reply::Said(400, busy.to_string()),
            listed("RUNNING", 1, 900),
            listed("COMPLETED", 1, 1_500),
        ])
        .await;
        assert_eq!(redriven.unwrap(), 1_500);
    }

    #[tokio::test(start_paused = true)]
    async fn where_there_are_no_tasks_each_is_moved_by_hand() {
        let unknown = json!({ "__type": "com.amazonaws.sqs#UnsupportedOperation" });
        let empty = || said(&json!({ "Messages": [] }));
        let count = said(&json!({ "Attributes": { "ApproximateNumberOfMessages": "0" } }));
        let unknown = Reply::Said(400, unknown.to_string());
        let (stub, redriven) = redriven([unknown, count, empty()]).await;
        assert_eq!(redriven.unwrap(), 0);
        assert_eq!(stub.requests().len(), 6);
    }
}
