//! Publishes follow-ups until every one is confirmed and routed.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures_util::future::join_all;
use metrics::counter;
use tokio::time::sleep;
use tracing::{info, warn};

use super::answer::answer;
use super::in_time::in_time;
use super::once::Once;
use crate::error::{Error, ErrorKind, Result};
use crate::event::Event;
use crate::queue::{EventQueue as _, Guard, PublishError, PublishFailure, QueueName, Receipt};
use crate::recovery::Backoff;

/// How often one batch is tried under one lease. More is the business of a later delivery.
pub(super) const TRIES_MAX: u32 = 4;

/// Publishes for a hive, and knows who in the hive subscribes to what.
#[derive(Debug)]
pub(crate) struct Announcer {
    queue: Guard,
    subscribers: HashMap<String, Vec<QueueName>>,
    end_points: Once,
    timeout: Duration,
}

/// What became of a batch.
#[derive(Debug, Default)]
struct Outcome {
    /// Positions of what was not confirmed for now, and why.
    unconfirmed: Vec<usize>,
    error: Option<Error>,
    /// Positions of what reached nobody though the hive knows a reader: its queue is gone.
    lost: Vec<usize>,
}

impl Announcer {
    /// Publishes through this queue; `readers` are the queues that the hive's actors read.
    pub(crate) fn new(
        queue: Guard,
        readers: impl IntoIterator<Item = QueueName>,
        timeout: Duration,
    ) -> Self {
        let mut subscribers: HashMap<String, Vec<QueueName>> = HashMap::new();
        for name in readers {
            subscribers
                .entry(name.topic().to_owned())
                .or_default()
                .push(name);
        }
        Self {
            queue,
            subscribers,
            end_points: Once::default(),
            timeout,
        }
    }

    /// Publishes a batch and returns when every event is confirmed, and routed where the hive knows
    /// a subscriber. Nothing is sent if an event breaks a rule.
    ///
    /// # Errors
    /// A permanent one if an event can never be published; a temporary one if the backend did not
    /// confirm, or does not answer, after some tries.
    ///
    /// # Cancel safety
    /// Dropping the future leaves open which events were published. Publish them again.
    pub(crate) async fn announce(&self, events: &[Event]) -> Result<()> {
        for event in events {
            self.queue.check(event)?;
        }
        match self.publish(events).await {
            Ok(receipt) if receipt.unrouted.is_empty() => Ok(()),
            // Boxed, since it is rarely needed and would be moved about with all the rest.
            result => Box::pin(self.insist(events, result)).await,
        }
    }

    /// Publishes again what was not confirmed, or not routed where it should be.
    async fn insist(
        &self,
        events: &[Event],
        mut result: Result<Receipt, PublishError>,
    ) -> Result<()> {
        let backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(5));
        let mut left = Cow::Borrowed(events);
        let mut attempt = 1;
        loop {
            let outcome = self.judge(&left, result)?;
            if outcome.is_done() {
                return Ok(());
            }
            let declared = self.declare_readers_of(&left, &outcome.lost).await;
            if attempt == TRIES_MAX {
                return Err(outcome.error.unwrap_or_else(unroutable));
            }
            left = Cow::Owned(outcome.again(&left));
            if let Some(error) = outcome.error {
                warn!(%error, attempt, events = left.len(), "not published, trying again");
                sleep(backoff.jittered(attempt)).await;
            } else if !declared {
                sleep(backoff.jittered(attempt)).await;
            }
            attempt += 1;
            result = self.publish(&left).await;
        }
    }

    async fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError> {
        let publishing = self.queue.unguarded().publish(events);
        in_time(publishing, || sleep(self.timeout))
            .await
            .unwrap_or_else(|| Err(unanswered(events)))
    }

    /// Tells what is to be published again.
    ///
    /// # Errors
    /// If something can never be published.
    fn judge(&self, events: &[Event], result: Result<Receipt, PublishError>) -> Result<Outcome> {
        let (failures, receipt) = match result {
            Ok(receipt) => (Vec::new(), receipt),
            Err(error) => {
                let receipt = error.receipt().clone();
                (error.into_failures(), receipt)
            }
        };
        let mut outcome = Outcome::default();
        for position in receipt.unrouted {
            let topic = topic_of(&events[position]);
            if self.subscribers.contains_key(topic) {
                outcome.lost.push(position);
            } else {
                self.note_end_point(topic);
            }
        }
        for PublishFailure {
            position,
            id,
            error,
        } in failures
        {
            let gone = error.kind() == ErrorKind::NotFound
                && self.subscribers.contains_key(topic_of(&events[position]));
            if gone {
                outcome.lost.push(position);
            } else if error.is_temporary() {
                outcome.unconfirmed.push(position);
                outcome.error = Some(error.with_context("event", id));
            } else {
                return Err(error.with_context("event", id));
            }
        }
        Ok(outcome)
    }

    fn note_end_point(&self, topic: &str) {
        counter!("beehive_end_point_events_total", "topic" => topic.to_owned()).increment(1);
        if self.end_points.is_first(topic) {
            info!(
                topic,
                "nobody subscribes to this topic; its events end here"
            );
        }
    }

    /// The queue of a known reader is gone: makes it again, and says whether that went well.
    async fn declare_readers_of(&self, events: &[Event], lost: &[usize]) -> bool {
        let topics: HashSet<&str> = lost.iter().map(|at| topic_of(&events[*at])).collect();
        let names = topics
            .into_iter()
            .flat_map(|topic| self.subscribers.get(topic).into_iter().flatten());
        let declared = join_all(names.map(|name| async move {
            let result = answer("declare", self.timeout, self.queue.declare(name)).await;
            if let Err(error) = &result {
                // The next try will show whether it matters.
                warn!(queue = %name, %error, "not declared");
            }
            result.is_ok()
        }));
        declared.await.into_iter().all(|declared| declared)
    }
}

impl Outcome {
    fn is_done(&self) -> bool {
        self.unconfirmed.is_empty() && self.lost.is_empty()
    }

    /// What is to be published again, in the order it had.
    fn again(&self, events: &[Event]) -> Vec<Event> {
        let mut positions = [self.unconfirmed.as_slice(), self.lost.as_slice()].concat();
        positions.sort_unstable();
        positions.into_iter().map(|at| events[at].clone()).collect()
    }
}

/// The topic or simple queue an event is sent to.
fn topic_of(event: &Event) -> &str {
    event
        .destination()
        .map_or(event.event_type(), QueueName::topic)
}

fn unroutable() -> Error {
    Error::new(
        ErrorKind::Temporary,
        "confirmed, but it reached none of its known subscriptions",
    )
    .with_operation("publish")
}

fn unanswered(events: &[Event]) -> PublishError {
    let failure = |(position, event): (usize, &Event)| PublishFailure {
        position,
        id: event.id().clone(),
        error: Error::new(ErrorKind::Temporary, "the backend did not confirm in time")
            .with_operation("publish"),
    };
    let failures = events.iter().enumerate().map(failure).collect();
    PublishError::new(failures, Receipt::default())
}
