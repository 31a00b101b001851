//! Where a case runs: a backend, a place of its own, and how the backend's time passes.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::time::sleep;

use super::super::{Failure, Outcome, check, check_eq};
use crate::error::Result;
use crate::event::Event;
use crate::queue::{
    DeadLetterReason, DeadLetterRecord, EventQueue, Lease, QueueCapabilities, QueueName, Receipt,
    Receiver, ReceiverOptions,
};

/// How fast a backend is, so that one with coarse or slow time can run the same cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// How long leases and delays last in the cases. Several times `wait`, so that no lease expires
    /// while a case makes sure that nothing comes.
    pub lease: Duration,
    /// How long an event that can be received takes to arrive, at most.
    pub wait: Duration,
    /// How much earlier or later than said something may happen.
    pub tolerance: Duration,
}

impl Default for Timing {
    /// For a backend in memory on a paused clock: long enough to tell everything apart.
    fn default() -> Self {
        Self {
            lease: Duration::from_mins(1),
            wait: Duration::from_secs(5),
            tolerance: Duration::from_millis(10),
        }
    }
}

/// A backend, and what one case may use of it.
#[derive(Debug)]
pub struct QueueFixture {
    pub(super) queue: Arc<dyn EventQueue>,
    place: String,
    pub(super) timing: Timing,
}

impl QueueFixture {
    /// A place on a backend, such as `run7case12`: letters, digits or underscores, at most 40, and
    /// shared with no other case, since it becomes part of every queue's name.
    pub fn new(queue: Arc<dyn EventQueue>, place: impl Into<String>, timing: Timing) -> Self {
        Self {
            queue,
            place: place.into(),
            timing,
        }
    }

    /// The backend, to clean up after the case or to look into it.
    pub fn queue(&self) -> &Arc<dyn EventQueue> {
        &self.queue
    }

    /// What the backend says it can do.
    pub fn capabilities(&self) -> &QueueCapabilities {
        self.queue.capabilities()
    }

    fn word(&self, word: &str) -> String {
        format!("{word}_{}", self.place)
    }

    pub(super) fn topic(&self, word: &str) -> Result<QueueName> {
        QueueName::of_topic(&self.word(word))
    }

    pub(super) fn simple(&self, word: &str) -> Result<QueueName> {
        QueueName::of_queue(&self.word(word))
    }

    pub(super) fn subscription(&self, topic: &str, subscription: &str) -> Result<QueueName> {
        QueueName::parse(&format!("{}-{subscription}", self.word(topic)))
    }

    /// An event for the topic of this word.
    pub(super) fn event(&self, topic: &str, body: impl Into<Bytes>) -> Event {
        Event::new(self.word(topic), "text/plain", body)
    }

    /// So many events for the topic of this word, told apart by their ids.
    pub(super) fn events(&self, topic: &str, count: usize) -> Vec<Event> {
        (0..count)
            .map(|number| self.event(topic, number.to_string()))
            .collect()
    }

    /// Declares and reads the subscription `Bee` to the topic `Flower`, enough for most cases.
    pub(super) async fn bee(&self) -> Result<(QueueName, Reader)> {
        let name = self.subscription("Flower", "Bee")?;
        let reader = self.declared(&name).await?;
        Ok((name, reader))
    }

    /// An event for [`bee`](Self::bee).
    pub(super) fn flower(&self) -> Event {
        self.event("Flower", "clover")
    }

    pub(super) async fn declared(&self, name: &QueueName) -> Result<Reader> {
        self.queue.declare(name).await?;
        self.reader(name).await
    }

    pub(super) async fn reader(&self, name: &QueueName) -> Result<Reader> {
        /// More than any case takes at one time.
        const PREFETCH: NonZeroUsize = NonZeroUsize::MIN.saturating_add(299);
        self.reader_with(name, PREFETCH).await
    }

    pub(super) async fn reader_with(
        &self,
        name: &QueueName,
        prefetch: NonZeroUsize,
    ) -> Result<Reader> {
        let options = ReceiverOptions::new(prefetch, self.timing.lease);
        Ok(Reader {
            receiver: self.queue.receiver(name, options).await?,
            wait: self.timing.wait,
        })
    }

    pub(super) async fn publish(&self, events: &[Event]) -> Result<Receipt, Failure> {
        Ok(self.queue.publish(events).await?)
    }

    pub(super) async fn push(&self, event: &Event) -> Outcome {
        self.publish(std::slice::from_ref(event)).await?;
        Ok(())
    }

    /// Lets every lease that was taken until now expire.
    pub(super) async fn outlive_leases(&self) {
        sleep(self.timing.lease + self.timing.tolerance).await;
    }

    /// Publishes an event and makes a dead letter of it.
    pub(super) async fn bury(&self, reader: &mut Reader, event: &Event) -> Outcome {
        self.push(event).await?;
        let lease = reader.one().await?;
        check_eq!(lease.event().id(), event.id(), "the event to dead-letter");
        lease.dead_letter(&record("buried")).await?;
        Ok(())
    }
}

/// A receiver that checks what comes.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) receiver: Box<dyn Receiver>,
    wait: Duration,
}

impl Reader {
    /// So many leases, and no more than that.
    pub(super) async fn take(&mut self, count: usize) -> Result<Vec<Lease>, Failure> {
        let mut leases = Vec::new();
        while let Some(missing) = NonZeroUsize::new(count - leases.len()) {
            let more = self.receiver.receive(missing, self.wait).await?;
            check!(more.len() <= missing.get(), "more leases than asked for");
            check!(
                !more.is_empty(),
                "{} of {count} events came in time",
                leases.len()
            );
            leases.extend(more);
        }
        Ok(leases)
    }

    pub(super) async fn one(&mut self) -> Result<Lease, Failure> {
        let lease = self.take(1).await?.pop();
        lease.ok_or_else(|| Failure::new("no event came in time"))
    }

    /// Makes sure that nothing comes.
    pub(super) async fn nothing(&mut self, why: &str) -> Outcome {
        let leases = self.receiver.receive(NonZeroUsize::MIN, self.wait).await?;
        check!(leases.is_empty(), "{why}, but {leases:?} came");
        Ok(())
    }

    /// Takes exactly these events, in any order, commits them, and makes sure that no more come.
    pub(super) async fn commit_exactly(&mut self, events: &[Event]) -> Outcome {
        let mut ids = Vec::new();
        for lease in self.take(events.len()).await? {
            ids.push(lease.event().id().clone());
            lease.commit().await?;
        }
        let mut expected: Vec<_> = events.iter().map(|event| event.id().clone()).collect();
        ids.sort();
        expected.sort();
        check_eq!(ids, expected, "the events that came");
        self.nothing("every event has come").await
    }
}

/// A record whose every field is told apart from the others.
pub(super) fn record(error: &str) -> DeadLetterRecord {
    DeadLetterRecord {
        reason: DeadLetterReason::Terminal,
        errors: vec![
            error.into(),
            "cause: \u{1f41d} \"quoted\"\nand broken".into(),
        ],
        attempts: 4,
        actor: "Flower-Bee".into(),
        host: "hive-1".into(),
        // Whole milliseconds, which every backend can keep.
        first_failure: Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_millis(1_700_000_000_123),
        last_failure: Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_millis(1_700_000_100_456),
    }
}
