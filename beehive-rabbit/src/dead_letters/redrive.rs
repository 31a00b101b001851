//! Returns dead letters to their queue.

use std::collections::HashSet;
use std::time::Duration;

use beehive_core::event::EventId;
use beehive_core::queue::{QueueName, RedriveRate};
use beehive_core::{Error, ErrorKind, Result};
use jiff::Timestamp;
use lapin::types::DeliveryTag;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use super::letter::Letter;
use super::look::{ACKS_MAX, Extent, Look};
use super::place::Identity;
use super::rabbit_dead_letters::{RabbitDeadLetters, missing, survey};
use crate::publisher::Verdict;

/// How many messages one look takes at most while all are redriven.
const SLICE_MAX: u32 = 500;
/// For how long one look goes on at most while all are redriven, so that others get their turn.
const SLICE: Duration = Duration::from_secs(2);
/// How long others have to take it.
const GAP: Duration = Duration::from_millis(100);

/// Redrives one, with all its copies.
///
/// Each is confirmed in its own queue before it is deleted here: whoever dies in between leaves it
/// redriven and still there.
pub(super) async fn one(
    dead_letters: &RabbitDeadLetters,
    queue: &QueueName,
    id: &EventId,
) -> Result<()> {
    let mut copies: Vec<Letter> = Vec::new();
    let mut look = dead_letters.look(queue, Extent::All).await?;
    survey(&mut look, |letter, _| {
        if letter.place.identity.id == *id {
            copies.push(letter);
        }
    })
    .await?;
    if copies.is_empty() {
        look.end().await?;
        return Err(missing(id));
    }
    let mut seen = HashSet::new();
    let mut batch = publish(dead_letters, queue, &mut seen, &copies).await?;
    look.delete(&mut batch.done).await?;
    look.end().await?;
    batch.error.map_or(Ok(()), Err)
}

/// Redrives all that were there at the beginning, at a rate, and says how many.
///
/// Takes them from the queue's head in slices of one look each, and deletes each as soon as it is
/// confirmed in its own queue. What fails again meanwhile comes back to the queue's end, behind as
/// many messages as there were at the beginning.
pub(super) async fn all(
    dead_letters: &RabbitDeadLetters,
    queue: &QueueName,
    rate: RedriveRate,
) -> Result<u64> {
    // No rate is so high that there is no time between two.
    let each = rate.pace().max(Duration::from_nanos(1));
    let (batch_max, slice) = (batch_max(each), slice(each));
    let mut pace = interval(each * batch_max);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut left = None;
    let mut seen = HashSet::new();
    let mut redriven = 0;
    let mut gap = Instant::now() + SLICE;
    loop {
        let extent = Extent::First(left.map_or(slice, |left| slice.min(left)));
        let mut look = dead_letters.look(queue, extent).await?;
        let rest = left.unwrap_or(look.waiting());
        loop {
            let letters = some(&mut look, batch_max).await?;
            if letters.is_empty() {
                break;
            }
            pace.tick().await;
            let mut batch = publish(dead_letters, queue, &mut seen, &letters).await?;
            redriven += batch.redriven;
            look.delete(&mut batch.done).await?;
            if let Some(error) = batch.error {
                look.end().await?;
                return Err(error.with_context("redriven", redriven));
            }
        }
        let taken = look.taken();
        look.end().await?;
        left = Some(rest.saturating_sub(taken));
        if taken == 0 || left == Some(0) {
            return Ok(redriven);
        }
        if Instant::now() >= gap {
            sleep(GAP).await;
            gap = Instant::now() + SLICE;
        }
    }
}

/// The next dead letters of a look, at most so many.
async fn some(look: &mut Look, max: u32) -> Result<Vec<Letter>> {
    let mut letters = Vec::new();
    for _ in 0..max {
        match look.next().await? {
            Some(delivery) => letters.push(Letter::read(delivery)),
            None => break,
        }
    }
    Ok(letters)
}

/// What became of some dead letters.
#[derive(Debug, Default)]
struct Batch {
    /// Those that are in their own queue again, copies included.
    done: Vec<DeliveryTag>,
    /// How many of them were not copies.
    redriven: u64,
    /// Why not all of them are.
    error: Option<Error>,
}

/// Publishes dead letters to their own queue, each once whatever copies of it there are.
async fn publish(
    dead_letters: &RabbitDeadLetters,
    queue: &QueueName,
    seen: &mut HashSet<Identity>,
    letters: &[Letter],
) -> Result<Batch> {
    let parts = dead_letters.parts();
    let home = parts.topology.names().queue(queue);
    let now = Timestamp::now();
    let mut batch = Batch::default();
    let mut sent: Vec<&Letter> = Vec::new();
    let mut copies: Vec<&Letter> = Vec::new();
    let mut messages = Vec::new();
    for letter in letters {
        if seen.insert(letter.place.identity.clone()) {
            messages.push(letter.redriven(home.clone(), now));
            sent.push(letter);
        } else {
            copies.push(letter);
        }
    }
    // Publishing waits for as long as the broker blocks it, but dead letters must not be held that
    // long: what holds them longer than the broker's consumer time-out loses its channel.
    let patience = parts.config.confirm_timeout * 2;
    let verdicts = timeout(patience, parts.publisher.publish(messages))
        .await
        .map_err(|_| blocked())?;
    for (letter, verdict) in sent.into_iter().zip(verdicts) {
        let error = match verdict {
            Verdict::Confirmed => {
                batch.done.push(letter.tag);
                batch.redriven += 1;
                continue;
            }
            Verdict::Unrouted | Verdict::NoExchange => Error::new(
                ErrorKind::NotFound,
                "the queue that the dead letters came from is gone; declare it first",
            ),
            Verdict::Failed(error) => error,
        };
        seen.remove(&letter.place.identity);
        batch.error = Some(error.with_context("event", &letter.place.identity.id));
    }
    for copy in copies {
        if seen.contains(&copy.place.identity) {
            batch.done.push(copy.tag);
        }
    }
    Ok(batch)
}

/// How many are published at once: as many as are due within 20 ms.
fn batch_max(each: Duration) -> u32 {
    const TOGETHER: Duration = Duration::from_millis(20);
    fitting(TOGETHER, each)
}

/// How many one look takes: each batch of them is one ack.
fn slice(each: Duration) -> u32 {
    let acked = batch_max(each).saturating_mul(ACKS_MAX);
    fitting(SLICE, each).min(acked)
}

/// How often `each` fits into `time`: at least once, and no more often than a look may take.
fn fitting(time: Duration, each: Duration) -> u32 {
    let times = time.as_nanos() / each.as_nanos().max(1);
    u32::try_from(times).unwrap_or(u32::MAX).clamp(1, SLICE_MAX)
}

fn blocked() -> Error {
    Error::new(
        ErrorKind::Temporary,
        "the broker does not let us publish; see its alarms for memory and disk, and try again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_redrive_goes_one_by_one_and_a_fast_one_in_batches() {
        let cases = [
            (1_000_000_000, 1, 2),
            (500_000_000, 1, 4),
            (20_000_000, 1, 24),
            (10_000_000, 2, 48),
            (100_000, 200, 500),
            (1, 500, 500),
        ];
        for (nanos, batch, taken) in cases {
            let each = Duration::from_nanos(nanos);
            assert_eq!((batch_max(each), slice(each)), (batch, taken), "{each:?}");
        }
    }
}
