//! Settling one lease.

use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::event::Event;
use beehive_core::queue::{DeadLetterRecord, FailureHistory, Lease, QueueName, Settle};
use beehive_core::{Error, ErrorKind, Result};
use jiff::Timestamp;
use tokio::sync::{OwnedRwLockReadGuard, RwLock};
use tokio::time::{Instant, timeout_at};

use super::super::batches::{Change, Outgoing, ended};
use super::super::codec::{MESSAGE_MAX, Message, Note, bounded};
use super::super::delay::{first_step, whole_seconds};
use super::super::group::Group;
use super::super::parts::Parts;
use super::super::topology::QueueDesk;
use super::poll::Received;
use super::slots::Slots;
use super::term::{Term, held_seconds, lost};

/// Where a receiver's leases come from.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) parts: Arc<Parts>,
    pub(super) desk: Arc<QueueDesk>,
    pub(super) queue: QueueName,
    pub(super) slots: Arc<Slots>,
}

/// One event that is held.
struct SqsLease {
    origin: Origin,
    receipt: String,
    /// As it came, to be sent once more.
    message: Message,
    event: Event,
    slot: u64,
    state: Mutex<State>,
    /// Read by whoever extends the lease, for as long as SQS may still do so. Written by whoever gives
    /// the event back, who must have the last word.
    extending: Arc<RwLock<()>>,
}

#[derive(Debug)]
struct State {
    term: Term,
    settled: bool,
    /// What was sent in place of the event, which only has to go yet.
    replaced_by: Option<Replacement>,
}

/// What is sent in place of an event before it goes.
#[derive(Clone, Debug, PartialEq)]
enum Replacement {
    Deferral(Duration, FailureHistory),
    DeadLetter(DeadLetterRecord),
}

/// The lease on an event that came.
pub(super) fn lease(origin: &Origin, received: Received) -> Lease {
    let Received {
        incoming,
        receipt,
        deliveries,
        term,
    } = received;
    let history = incoming.note.history();
    let attempt = history.attempts.saturating_add(deliveries);
    let backend = SqsLease {
        slot: origin.slots.take(term.deadline),
        origin: origin.clone(),
        receipt,
        message: incoming.message,
        event: incoming.event.clone(),
        state: Mutex::new(State {
            term,
            settled: false,
            replaced_by: None,
        }),
        extending: Arc::default(),
    };
    let lease =
        Lease::new(incoming.event, attempt, term.deadline, Box::new(backend)).with_history(history);
    match incoming.defect {
        Some(defect) => lease.with_defect(defect),
        None => lease,
    }
}

impl SqsLease {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The term, if the event is still held.
    fn held(&self) -> Result<Term> {
        let state = self.state();
        if state.settled {
            return Err(lost());
        }
        state.term.check(Instant::now())?;
        Ok(state.term)
    }

    fn settled(&self) {
        self.state().settled = true;
        self.origin.slots.give_back(self.slot);
    }

    /// An error of SQS, which knows the lease by its receipt.
    fn failed(&self, error: Error) -> Error {
        if error.kind() == ErrorKind::NotFound {
            self.origin.parts.topology.forget(&self.origin.desk);
            return lost().with_source(error);
        }
        if error.kind() == ErrorKind::LeaseLost {
            let mut state = self.state();
            state.term.deadline = state.term.deadline.min(Instant::now());
        }
        error
    }

    async fn remove(&self) -> Result<()> {
        let removed = self.origin.desk.deletes.one(self.receipt.clone()).await;
        removed.map_err(|error| self.failed(error))?;
        self.settled();
        Ok(())
    }

    /// Sends something in the event's place, unless that was done before, and removes the event.
    async fn replace(
        &self,
        replacement: Replacement,
        desk: &Arc<QueueDesk>,
        outgoing: Outgoing,
    ) -> Result<()> {
        let is_sent = self.state().replaced_by.as_ref() == Some(&replacement);
        if !is_sent {
            desk.sends.one(outgoing).await.inspect_err(|error| {
                if error.kind() == ErrorKind::NotFound {
                    self.origin.parts.topology.forget(desk);
                }
            })?;
            self.state().replaced_by = Some(replacement);
        }
        self.remove().await
    }
}

fn named<T>(operation: &'static str, queue: &QueueName, result: Result<T>) -> Result<T> {
    result.map_err(|error| error.with_operation(operation).with_context("queue", queue))
}

impl SqsLease {
    async fn try_extend(&self, duration: Duration) -> Result<Instant> {
        let term = self.held()?;
        let deadline = term.extended(Instant::now(), duration)?;
        let extending = Arc::clone(&self.extending).read_owned().await;
        let changed = self.extend_until_told(held_seconds(duration), extending);
        changed.await.map_err(|error| self.failed(error))?;
        self.state().term.deadline = deadline;
        self.origin.slots.extend(self.slot, deadline);
        Ok(deadline)
    }

    /// In a task of its own, since SQS may extend the lease after whoever asked for it is gone.
    async fn extend_until_told(
        &self,
        seconds: i32,
        extending: OwnedRwLockReadGuard<()>,
    ) -> Result<()> {
        let desk = Arc::clone(&self.origin.desk);
        let receipt = self.receipt.clone();
        let told = tokio::spawn(async move {
            let told = desk.changes.one(Change { receipt, seconds }).await;
            drop(extending);
            told
        });
        told.await.unwrap_or_else(|_| Err(ended()))
    }

    /// Has the event out of sight for so long from now on, whoever was about to extend its lease.
    async fn hide(&self, seconds: i32) -> Result<()> {
        let deadline = self.held()?.deadline;
        let Ok(_last) = timeout_at(deadline, self.extending.write()).await else {
            return Err(lost());
        };
        self.held()?;
        let change = Change {
            receipt: self.receipt.clone(),
            seconds,
        };
        let changed = self.origin.desk.changes.one(change).await;
        changed.map_err(|error| self.failed(error))?;
        self.settled();
        Ok(())
    }

    async fn try_abandon(&self) -> Result<()> {
        self.hide(0).await
    }

    async fn try_defer(&self, delay: Duration, history: FailureHistory) -> Result<()> {
        self.held()?;
        if self.origin.desk.is_ordered() {
            return self.hold_back(delay).await;
        }
        let now = Timestamp::now();
        let due = now.saturating_add(delay).unwrap_or(Timestamp::MAX);
        let note = Note::of_deferral(history, due);
        let outgoing = Outgoing {
            message: Arc::new(self.message.with_note(&note)),
            delay: first_step(due, now),
            group: None,
        };
        let replacement = Replacement::Deferral(delay, history);
        self.replace(replacement, &self.origin.desk, outgoing).await
    }

    /// Where order is kept, an event stays where it is, and what is behind it stays there too; for as
    /// long as SQS holds it.
    async fn hold_back(&self, delay: Duration) -> Result<()> {
        let left = self
            .held()?
            .latest
            .saturating_duration_since(Instant::now());
        self.hide(whole_seconds(delay.min(left))).await
    }

    async fn try_dead_letter(&self, record: &DeadLetterRecord) -> Result<()> {
        self.held()?;
        let Origin { parts, queue, .. } = &self.origin;
        let desk = parts.topology.dead_letters(queue).await?;
        let room = MESSAGE_MAX.saturating_sub(self.message.size());
        let now = Timestamp::now();
        let note = Note::of_dead_letter(bounded(record, room), now);
        let outgoing = Outgoing {
            message: Arc::new(self.message.with_note(&note)),
            delay: 0,
            group: desk
                .is_ordered()
                .then(|| Group::of_dead_letter(&self.event, now)),
        };
        let replacement = Replacement::DeadLetter(record.clone());
        self.replace(replacement, &desk, outgoing).await
    }
}

#[async_trait]
impl Settle for SqsLease {
    async fn extend(&self, duration: Duration) -> Result<Instant> {
        let extended = self.try_extend(duration).await;
        named("extend lease", &self.origin.queue, extended)
    }

    /// SQS never says so.
    async fn lost(&self) {
        pending::<()>().await;
    }

    async fn commit(&self) -> Result<()> {
        let committed = match self.held() {
            Ok(_) => self.remove().await,
            Err(error) => Err(error),
        };
        named("commit", &self.origin.queue, committed)
    }

    async fn abandon(&self) -> Result<()> {
        named("abandon", &self.origin.queue, self.try_abandon().await)
    }

    async fn defer(&self, delay: Duration, history: FailureHistory) -> Result<()> {
        let deferred = self.try_defer(delay, history).await;
        named("defer", &self.origin.queue, deferred)
    }

    async fn dead_letter(&self, record: &DeadLetterRecord) -> Result<()> {
        let given_up = self.try_dead_letter(record).await;
        named("dead-letter", &self.origin.queue, given_up)
    }
}

impl fmt::Debug for SqsLease {
    /// Without the receipt, which is the right to settle it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqsLease")
            .field("queue", &self.origin.queue)
            .field("message", &self.message)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use beehive_core::queue::{EventQueue as _, ReceiverOptions};
    use serde_json::{Value, json};
    use tokio::time::timeout;

    use super::*;
    use crate::sqs::stub::Stub;
    use crate::sqs::wire::Reply;
    use crate::sqs::{SqsOptions, SqsQueue};

    const SECOND: Duration = Duration::from_secs(1);

    /// A lease of half a minute on an event that came over a wire, on which this is answered next.
    async fn leased(replies: impl IntoIterator<Item = Reply>) -> (Stub, Lease) {
        let url = json!({ "QueueUrl": "https://sqs.example/1/q" });
        let came = json!({ "Messages": [{ "MessageId": "m", "ReceiptHandle": "r", "Body": "b" }] });
        let first = [url, came].map(|body| Reply::Said(200, body.to_string()));
        let stub = Stub::new(first.into_iter().chain(replies));
        let options = SqsOptions::new("shop").with_account("123456789012");
        let queue = SqsQueue::open(&stub.config(), &options).await.unwrap();
        let options = ReceiverOptions::new(NonZeroUsize::MIN, 30 * SECOND);
        let name = "Jobs-Jobs".parse().unwrap();
        let mut receiver = queue.receiver(&name, options).await.unwrap();
        let mut leases = receiver.receive(NonZeroUsize::MIN, SECOND).await.unwrap();
        (stub, leases.pop().unwrap())
    }

    fn changed() -> String {
        json!({ "Successful": [{ "Id": "0" }], "Failed": [] }).to_string()
    }

    /// For how many seconds the event was to be held, by the requests that said so.
    fn held(stub: &Stub) -> Vec<i64> {
        let requests = stub.requests().into_iter().skip(2);
        let seconds = |request: String| {
            let request: Value = serde_json::from_str(&request).unwrap();
            request["Entries"][0]["VisibilityTimeout"].as_i64()
        };
        requests.filter_map(seconds).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_gives_an_event_back_has_the_last_word() {
        let late = Reply::Late(3 * SECOND, 200, changed());
        let (stub, mut lease) = leased([late, Reply::Said(200, changed())]).await;
        let extended = timeout(SECOND, lease.extend(20 * SECOND)).await;
        assert!(extended.is_err(), "{extended:?}");
        let start = Instant::now();
        lease.abandon().await.unwrap();
        // Not before SQS has answered for the extension of which nobody wants to know any more.
        assert!(start.elapsed() >= 2 * SECOND, "{:?}", start.elapsed());
        assert_eq!(held(&stub), [21, 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_extension_that_hangs_leaves_time_for_another() {
        let hangs = || Reply::Late(20 * SECOND, 200, changed());
        let (stub, mut lease) = leased([hangs(), Reply::Said(200, changed())]).await;
        let extended = timeout(SECOND, lease.extend(20 * SECOND)).await;
        assert!(extended.is_err(), "{extended:?}");
        let start = Instant::now();
        lease.extend(20 * SECOND).await.unwrap();
        assert!(start.elapsed() < SECOND, "{:?}", start.elapsed());
        assert_eq!(held(&stub), [21, 21]);
    }
}
