//! One call of the function: its messages, its end, and what it answers.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_sqs::types::Message;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::answer::SqsBatchResponse;
use super::batch::Record;
use super::ledger::Ledger;

/// One call of the function.
pub(super) struct Invocation {
    records: Vec<Record>,
    /// When it is answered at the latest.
    end: Instant,
    ledger: Mutex<Ledger>,
    /// Woken when something was said of a message.
    said: Notify,
    /// Woken then as well: another may be begun.
    begin: Arc<Notify>,
    over: watch::Sender<bool>,
}

impl Invocation {
    /// Wakes `begin` when there may be something to begin.
    pub(super) fn new(records: Vec<Record>, end: Instant, begin: Arc<Notify>) -> Self {
        Self {
            ledger: Mutex::new(Ledger::new(records.iter().map(Record::group))),
            records,
            end,
            said: Notify::new(),
            begin,
            over: watch::Sender::new(false),
        }
    }

    /// When it is answered at the latest.
    pub(super) fn end(&self) -> Instant {
        self.end
    }

    /// The next message that may be begun.
    pub(super) fn begin(self: &Arc<Self>) -> Option<Slip> {
        let place = self.ledger().begin()?;
        Some(Slip {
            invocation: Arc::clone(self),
            place,
            is_given_out: false,
        })
    }

    /// Whatever was not begun is to come again; says how many these are.
    pub(super) fn withdraw(&self) -> usize {
        self.ledger().withdraw()
    }

    /// Whatever is not done is to come again, and all leases are lost. Says how many there were.
    pub(super) fn close(&self) -> usize {
        let begun = self.ledger().close();
        self.over.send_replace(true);
        begun
    }

    /// Completes when all is said.
    pub(super) async fn settled(&self) {
        loop {
            let said = self.said.notified();
            if self.ledger().is_settled() {
                return;
            }
            said.await;
        }
    }

    /// What is to be answered.
    pub(super) fn response(&self) -> SqsBatchResponse {
        let ledger = self.ledger();
        let failed = ledger
            .failures()
            .filter_map(|place| self.records.get(place));
        SqsBatchResponse::new(failed.map(Record::id))
    }

    /// The receipts of those that only wait for another of their group.
    pub(super) fn behind(&self) -> Vec<String> {
        let ledger = self.ledger();
        let behind = ledger.behind().filter_map(|place| self.records.get(place));
        behind.map(|record| record.receipt().to_owned()).collect()
    }

    /// Something was said.
    fn wake(&self) {
        self.said.notify_one();
        self.begin.notify_waiters();
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation")
            .field("records", &self.records.len())
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

/// A message that was begun, of which its holder says what becomes. Without a word it waits again
/// until it is given out, and is to come again after that.
pub(super) struct Slip {
    invocation: Arc<Invocation>,
    place: usize,
    is_given_out: bool,
}

impl Slip {
    /// The message, as SQS would have given it to a receiver.
    pub(super) fn message(&self) -> Message {
        match self.invocation.records.get(self.place) {
            Some(record) => record.message(),
            // Slips are made for records that are there.
            None => Message::builder().build(),
        }
    }

    /// Whether its queue keeps order.
    pub(super) fn keeps_order(&self) -> bool {
        let record = self.invocation.records.get(self.place);
        record.is_some_and(Record::keeps_order)
    }

    /// When the function answers at the latest.
    pub(super) fn end(&self) -> Instant {
        self.invocation.end
    }

    /// From now on an actor may work on it.
    pub(super) fn given_out(mut self) -> Self {
        self.is_given_out = true;
        self
    }

    /// It is not to come again; false if the function has answered already.
    pub(super) fn done(&self) -> bool {
        let done = self.invocation.ledger().done(self.place);
        self.invocation.wake();
        done
    }

    /// It is to come again; false if the function has answered already.
    pub(super) fn failed(&self) -> bool {
        let failed = self.invocation.ledger().failed(self.place);
        self.invocation.wake();
        failed
    }

    /// Whether the function has answered.
    pub(super) fn is_over(&self) -> bool {
        *self.invocation.over.borrow()
    }

    /// Completes when the function has answered.
    pub(super) async fn over(&self) {
        let mut over = self.invocation.over.subscribe();
        // The sender lives as long as `self`.
        over.wait_for(|over| *over).await.ok();
    }
}

impl Drop for Slip {
    fn drop(&mut self) {
        // Neither changes anything where something was said.
        if self.is_given_out {
            self.failed();
        } else {
            self.invocation.ledger().put_back(self.place);
            self.invocation.wake();
        }
    }
}

impl fmt::Debug for Slip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slip")
            .field("record", &self.invocation.records.get(self.place))
            .finish_non_exhaustive()
    }
}
