//! The tasks of SQS that move what a queue holds to another.

use beehive_core::{ErrorKind, Result};

use super::topology::Topology;

const MOVE: &str = "move events";

/// Where events are moved, and how fast.
#[derive(Debug)]
pub(crate) struct Move<'a> {
    /// What the queues are called for all of AWS.
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    pub(crate) per_second: i32,
}

/// What became of asking SQS to move events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Started {
    /// It does.
    Yes,
    /// It did not, perhaps since a task is under way for the queue already; of such there is one at most.
    Refused,
    /// There are no such tasks here.
    Unknown,
}

/// A task, as SQS tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moving {
    /// By which it can be stopped, while it runs.
    pub(crate) handle: Option<String>,
    pub(crate) state: String,
    /// When it began, which tells it from others.
    pub(crate) began: i64,
    pub(crate) moved: u64,
    /// How many there were when it began, once SQS knows.
    pub(crate) there: Option<u64>,
    /// Why it failed, if it did.
    pub(crate) why: Option<String>,
}

impl Moving {
    pub(crate) fn is_running(&self) -> bool {
        self.state == "RUNNING"
    }
}

impl Topology {
    /// Has SQS move all that a queue holds.
    pub(crate) async fn start_move(&self, events: &Move<'_>) -> Result<Started> {
        let request = self
            .sqs
            .start_message_move_task()
            .source_arn(events.from)
            .destination_arn(events.to)
            .max_number_of_messages_per_second(events.per_second);
        match self.calls.call(|| request.clone().send()).await {
            Ok(_) => Ok(Started::Yes),
            Err(failed) => match failed.kind() {
                ErrorKind::Unsupported => Ok(Started::Unknown),
                ErrorKind::Invalid => Ok(Started::Refused),
                _ => Err(failed.into_error(MOVE)),
            },
        }
    }

    /// The last task of a queue, if there was one.
    pub(crate) async fn last_move(&self, from: &str) -> Result<Option<Moving>> {
        let request = self.sqs.list_message_move_tasks().source_arn(from);
        let request = request.max_results(1);
        let output = self.calls.call(|| request.clone().send()).await;
        let output = output.map_err(|failed| failed.into_error(MOVE))?;
        let last = output.results.unwrap_or_default().into_iter().next();
        Ok(last.map(|task| Moving {
            handle: task.task_handle,
            state: task.status.unwrap_or_default(),
            began: task.started_timestamp,
            moved: u64::try_from(task.approximate_number_of_messages_moved).unwrap_or_default(),
            there: task
                .approximate_number_of_messages_to_move
                .and_then(|there| u64::try_from(there).ok()),
            why: task.failure_reason,
        }))
    }

    /// Stops a task; what it has moved stays moved.
    pub(crate) async fn stop_move(&self, handle: &str) -> Result<()> {
        let request = self.sqs.cancel_message_move_task().task_handle(handle);
        let stopped = self.calls.call(|| request.clone().send()).await;
        stopped.map(drop).map_err(|failed| failed.into_error(MOVE))
    }
}
