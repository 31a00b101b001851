//! Where all that concerns one queue or topic goes through.

use std::fmt;

use beehive_core::{Error, ErrorKind};
use tokio::sync::watch;

use super::super::batches::{Changes, Coalescer, Deletes, Publishes, Sends};
use super::super::calls::Calls;
use super::super::names::is_ordered;
use super::hearing::Hearing;

/// Where order is kept, one request waits for another.
const IN_ORDER: usize = 1;
/// How many full requests of one kind are under way at one time to one place.
const UNDER_WAY_MAX: usize = 8;

/// One queue of SQS.
pub(crate) struct QueueDesk {
    /// Its name on SQS.
    pub(crate) queue: String,
    pub(crate) url: String,
    pub(crate) sends: Coalescer<Sends>,
    pub(crate) deletes: Coalescer<Deletes>,
    pub(crate) changes: Coalescer<Changes>,
    gone: watch::Sender<bool>,
}

impl QueueDesk {
    pub(super) fn new(queue: &str, url: &str, client: &aws_sdk_sqs::Client, calls: &Calls) -> Self {
        let url = || url.to_owned();
        let (client, calls) = (|| client.clone(), || calls.clone());
        let sends = Sends {
            client: client(),
            calls: calls(),
            url: url(),
        };
        let deletes = Deletes {
            client: client(),
            calls: calls(),
            url: url(),
        };
        let changes = Changes {
            client: client(),
            calls: calls(),
            url: url(),
        };
        Self {
            queue: queue.to_owned(),
            url: url(),
            sends: Coalescer::new(sends, under_way_max(queue)),
            deletes: Coalescer::new(deletes, UNDER_WAY_MAX),
            changes: Coalescer::new(changes, UNDER_WAY_MAX),
            gone: watch::Sender::new(false),
        }
    }

    /// Whether it keeps order.
    pub(crate) fn is_ordered(&self) -> bool {
        is_ordered(&self.queue)
    }

    /// Tells everyone who reads it that it was deleted, which SQS tells only who asks.
    pub(super) fn close(&self) {
        self.gone.send_replace(true);
    }

    pub(crate) fn is_gone(&self) -> bool {
        *self.gone.borrow()
    }

    /// Completes when it is deleted by this process.
    pub(crate) async fn gone(&self) {
        let mut gone = self.gone.subscribe();
        // The sender lives as long as `self`.
        gone.wait_for(|gone| *gone).await.ok();
    }

    pub(crate) fn missing(&self) -> Error {
        Error::new(ErrorKind::NotFound, "the queue does not exist")
            .with_context("on SQS", &self.queue)
    }
}

impl fmt::Debug for QueueDesk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueDesk")
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}

fn under_way_max(name: &str) -> usize {
    if is_ordered(name) {
        IN_ORDER
    } else {
        UNDER_WAY_MAX
    }
}

/// One topic of SNS.
#[derive(Debug)]
pub(crate) struct TopicDesk {
    /// What AWS calls it.
    pub(super) arn: String,
    /// Whether it keeps order.
    pub(crate) is_ordered: bool,
    pub(crate) publishes: Coalescer<Publishes>,
    pub(super) hearing: Hearing,
}

impl TopicDesk {
    pub(super) fn new(arn: &str, client: &aws_sdk_sns::Client, calls: &Calls) -> Self {
        let publishes = Publishes {
            client: client.clone(),
            calls: calls.clone(),
            arn: arn.to_owned(),
        };
        Self {
            arn: arn.to_owned(),
            is_ordered: is_ordered(arn),
            hearing: Hearing::default(),
            publishes: Coalescer::new(publishes, under_way_max(arn)),
        }
    }
}
