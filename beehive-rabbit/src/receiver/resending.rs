//! Publishes deliveries again: to their queue, through the delays, or to the dead letters.

use std::time::Duration;

use beehive_core::queue::{DeadLetterRecord, FailureHistory, QueueName};
use beehive_core::recovery::Backoff;
use beehive_core::{Error, ErrorKind, Result};
use jiff::Timestamp;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{debug, warn};

use super::outstanding::Tag;
use super::received::Received;
use super::session::Session;
use super::shared::Shared;
use super::term::later;
use crate::codec::Note;
use crate::publisher::{Message, Verdict};
use crate::rabbit_queue::Parts;
use crate::topology::{Route, delayed};

/// What a deferred event takes along.
pub(super) fn deferred(history: FailureHistory) -> Note {
    Note {
        history,
        ..Note::default()
    }
}

/// Publishes a delivery to its queue once more, after a delay.
///
/// # Errors
/// If it is not confirmed, or reaches no queue though it was declared again.
pub(super) async fn send_again(
    parts: &Parts,
    queue: &QueueName,
    received: &Received,
    note: Note,
    delay: Duration,
) -> Result<()> {
    if !delay.is_zero() {
        parts.topology.declare_delays().await?;
    }
    let message = again(parts, queue, received, note, delay);
    if is_published("defer", queue, parts.publisher.publish_one(message).await)? {
        return Ok(());
    }
    parts.topology.forget();
    if delay.is_zero() {
        parts.topology.declare(queue).await?;
    } else {
        parts.topology.declare_delays().await?;
    }
    let message = again(parts, queue, received, note, delay);
    let verdict = parts.publisher.publish_one(message).await;
    routed("defer", queue, is_published("defer", queue, verdict)?)
}

/// Publishes a delivery to the dead letters of its queue.
///
/// # Errors
/// As [`send_again`].
pub(super) async fn bury(
    parts: &Parts,
    queue: &QueueName,
    received: &Received,
    record: &DeadLetterRecord,
) -> Result<()> {
    let message = || Message {
        exchange: "".into(),
        routing_key: parts.topology.names().dead_letters(queue),
        properties: received.given_up(record),
        body: received.body(),
    };
    let verdict = parts.publisher.publish_one(message()).await;
    if is_published("dead-letter", queue, verdict)? {
        return Ok(());
    }
    parts.topology.forget();
    parts.topology.declare_dead_letters(queue).await?;
    let verdict = parts.publisher.publish_one(message()).await;
    let published = is_published("dead-letter", queue, verdict)?;
    routed("dead-letter", queue, published)
}

/// Sends on what is for later, or what lost its lease where the broker does not count that. Until
/// its time is over; then it goes back to its queue.
pub(super) async fn send_on(session: std::sync::Arc<Session>, tag: Tag, received: Received) {
    let shared = &session.shared;
    let until = later(Instant::now(), shared.parts.config.confirm_timeout);
    let sending = async {
        let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
        for step in 1_u32.. {
            match send_on_once(shared, &received).await {
                Ok(()) => return,
                Err(error) => {
                    debug!(queue = %shared.queue, %error, "not sent on, trying again");
                    sleep(backoff.jittered(step)).await;
                }
            }
        }
    };
    if timeout_at(until, sending).await.is_ok() {
        session.left(tag);
    } else {
        warn!(
            queue = %shared.queue, event = %received.event.id(),
            "not sent on; it goes back to its queue as it came"
        );
        session.stayed(tag);
    }
}

async fn send_on_once(shared: &Shared, received: &Received) -> Result<()> {
    let delay = received.note.due.map_or(Duration::ZERO, until);
    send_again(&shared.parts, &shared.queue, received, received.note, delay).await
}

/// How long it is until then.
pub(super) fn until(due: Timestamp) -> Duration {
    Duration::try_from(due.duration_since(Timestamp::now())).unwrap_or(Duration::ZERO)
}

fn again(
    parts: &Parts,
    queue: &QueueName,
    received: &Received,
    mut note: Note,
    delay: Duration,
) -> Message {
    let names = parts.topology.names();
    let (exchange, routing_key) = if delay.is_zero() {
        note.due = None;
        ("".into(), names.queue(queue))
    } else {
        let way = delayed(names, delay, Route::Queue(queue));
        note.due = (!way.left.is_zero())
            .then(|| Timestamp::now().saturating_add(delay).ok())
            .flatten();
        (way.exchange, way.routing_key)
    };
    Message {
        exchange,
        routing_key,
        properties: received.again(&note),
        body: received.body(),
    }
}

/// Whether it is in a queue.
fn is_published(operation: &'static str, queue: &QueueName, verdict: Verdict) -> Result<bool> {
    match verdict {
        Verdict::Confirmed => Ok(true),
        Verdict::Unrouted | Verdict::NoExchange => Ok(false),
        Verdict::Failed(error) => Err(error.with_operation(operation).with_context("queue", queue)),
    }
}

fn routed(operation: &'static str, queue: &QueueName, is_published: bool) -> Result<()> {
    if is_published {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Temporary,
        "the event reached no queue though it was declared again; is somebody deleting it?",
    )
    .with_operation(operation)
    .with_context("queue", queue))
}
