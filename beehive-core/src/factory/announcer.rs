//! Publishes follow-ups until every one is confirmed and routed.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metrics::counter;
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use super::in_time::in_time;
use crate::error::{Error, ErrorKind, Result};
use crate::event::{Event, EventId};
use crate::queue::{EventQueue as _, Guard, PublishError, PublishFailure, QueueName, Receipt};
use crate::recovery::Backoff;

/// How often one batch is tried under one lease. More is the business of a later delivery.
const TRIES_MAX: u32 = 4;

/// Publishes for a hive, and knows who in the hive subscribes to what.
#[derive(Debug)]
pub(crate) struct Announcer {
    queue: Guard,
    subscribers: HashMap<String, Vec<QueueName>>,
    end_points: Mutex<HashSet<String>>,
    timeout: Duration,
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
            end_points: Mutex::default(),
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
        let mut left: Vec<Event> = events.to_vec();
        for attempt in 1..=TRIES_MAX {
            let (again, error) = match result {
                Ok(receipt) => (self.lost(&left, &receipt), None),
                Err(error) if error.is_temporary() => {
                    let mut again = self.lost(&left, error.receipt());
                    again.extend(error.failures().iter().map(|failure| failure.position));
                    again.sort_unstable();
                    (again, error.into_error())
                }
                Err(error) => return Err(unwrap_error(error)),
            };
            if again.is_empty() {
                return Ok(());
            }
            left = again.into_iter().map(|at| left[at].clone()).collect();
            self.declare_readers_of(&left).await;
            if attempt == TRIES_MAX {
                return Err(error.unwrap_or_else(unroutable));
            }
            if let Some(error) = error {
                warn!(%error, attempt, events = left.len(), "not published, trying again");
                sleep(backoff.jittered(attempt)).await;
            }
            result = self.publish(&left).await;
        }
        Err(unroutable())
    }

    async fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError> {
        let publishing = self.queue.unguarded().publish(events);
        in_time(publishing, || sleep(self.timeout))
            .await
            .unwrap_or_else(|| Err(unanswered(events)))
    }

    /// The positions of events that were confirmed but reached nobody though the hive knows a
    /// subscriber. All others that reached nobody are at their end point.
    fn lost(&self, events: &[Event], receipt: &Receipt) -> Vec<usize> {
        let mut lost = Vec::new();
        for &position in &receipt.unrouted {
            let topic = topic_of(&events[position]);
            if self.subscribers.contains_key(topic) {
                lost.push(position);
            } else {
                self.note_end_point(topic);
            }
        }
        lost
    }

    fn note_end_point(&self, topic: &str) {
        // Event types come from code; should one be made up per event, the set stays bounded.
        const KNOWN_MAX: usize = 1_000;
        counter!("beehive_end_point_events_total", "topic" => topic.to_owned()).increment(1);
        let mut known = self
            .end_points
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if known.len() < KNOWN_MAX && known.insert(topic.to_owned()) {
            info!(
                topic,
                "nobody subscribes to this topic; its events end here"
            );
        }
    }

    /// The queue of a known subscriber is gone: makes it again.
    async fn declare_readers_of(&self, events: &[Event]) {
        let topics: HashSet<&str> = events.iter().map(topic_of).collect();
        let mut names: Vec<&QueueName> = Vec::new();
        for topic in topics {
            names.extend(self.subscribers.get(topic).into_iter().flatten());
        }
        for name in names {
            let declared = timeout(self.timeout, self.queue.declare(name)).await;
            if let Ok(Err(error)) = declared {
                // The next try will show whether it matters.
                warn!(queue = %name, %error, "not declared");
            }
        }
    }
}

/// The topic or simple queue an event is sent to.
fn topic_of(event: &Event) -> &str {
    event
        .destination()
        .map_or(event.event_type(), QueueName::topic)
}

fn unwrap_error(error: PublishError) -> Error {
    error
        .into_error()
        .unwrap_or_else(|| Error::new(ErrorKind::Unexpected, "a publish error without a failure"))
}

fn unroutable() -> Error {
    Error::new(
        ErrorKind::Temporary,
        "confirmed, but it reached none of its known subscriptions",
    )
    .with_operation("publish")
}

fn unanswered(events: &[Event]) -> PublishError {
    let failures = events
        .iter()
        .map(Event::id)
        .enumerate()
        .map(|(position, id): (usize, &EventId)| PublishFailure {
            position,
            id: id.clone(),
            error: Error::new(ErrorKind::Temporary, "the backend did not confirm in time")
                .with_operation("publish"),
        })
        .collect();
    PublishError::new(failures, Receipt::default())
}
