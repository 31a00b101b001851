//! Dead letters return to the queue they came from.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use beehive_core::event::EventId;
use beehive_core::queue::{QueueName, RedriveRate};
use beehive_core::{ErrorKind, Result};
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::super::batches::Outgoing;
use super::super::group::Group;
use super::super::parts::Parts;
use super::super::topology::QueueDesk;
use super::letter::{Identity, Letter};
use super::look::{LETTERS_MAX, Look};
use super::moving;
use super::pages::sort_out;
use super::sqs_dead_letters::missing;

/// What is taken at one time is redriven within this: longer than that it is not safely held.
const CHUNK_TIME: Duration = Duration::from_secs(15);
/// How many are taken at one time.
const CHUNK_MAX: u128 = 100;
/// A copy of a dead letter that is older than this was there before the other was redriven, whatever
/// the clocks of their writers say. A younger one may have failed again.
const OLDER: SignedDuration = SignedDuration::from_secs(60);

/// Returns one dead letter.
pub(super) async fn one(
    parts: &Arc<Parts>,
    look: &Look,
    queue: &QueueName,
    id: &EventId,
) -> Result<()> {
    let desk = parts.topology.queue(queue).await?;
    let (letters, superseded) = sort_out(look.take(LETTERS_MAX).await?);
    let (mut wanted, others): (Vec<_>, Vec<_>) = letters
        .into_iter()
        .partition(|letter| letter.place.id == *id);
    let Some(letter) = wanted.pop() else {
        look.give_back(others.into_iter().chain(superseded).collect())
            .await;
        return Err(missing(id));
    };
    // Others of this id have another body.
    look.give_back(others.into_iter().chain(wanted).collect())
        .await;
    let identity = letter.identity();
    let (copies, superseded): (Vec<_>, Vec<_>) = superseded
        .into_iter()
        .partition(|copy| copy.identity() == identity);
    look.give_back(superseded).await;
    if let Err(error) = send(parts, &desk, &letter).await {
        look.give_back(copies.into_iter().chain([letter]).collect())
            .await;
        return Err(error);
    }
    look.delete(copies.into_iter().chain([letter]).collect())
        .await
}

/// Returns all dead letters that are there now.
pub(super) async fn all(
    parts: &Arc<Parts>,
    dead_letters: &Arc<QueueDesk>,
    queue: &QueueName,
    rate: RedriveRate,
) -> Result<u64> {
    let desk = parts.topology.queue(queue).await?;
    let look = Look::new(parts, dead_letters);
    // Each of those that keep order stands alone among the dead letters, and not in its group.
    if !desk.is_ordered()
        && look.about().await? > LETTERS_MAX as u64
        && let Some(moved) = moving::all(&parts.topology, dead_letters, &desk, rate).await?
    {
        return Ok(moved);
    }
    let mut pace = interval(rate.pace());
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let chunk = CHUNK_TIME.as_nanos() / rate.pace().as_nanos().max(1);
    let mut run = Run {
        parts,
        desk,
        look,
        started: Timestamp::now(),
        pace,
        redriven: HashSet::new(),
        again: Vec::new(),
    };
    let chunk = usize::try_from(chunk.clamp(1, CHUNK_MAX)).unwrap_or(1);
    let result = run.redrive(chunk).await;
    let Run {
        look,
        again,
        redriven,
        ..
    } = run;
    look.give_back_receipts(again).await;
    result.map(|()| redriven.len() as u64)
}

struct Run<'a> {
    parts: &'a Arc<Parts>,
    desk: Arc<QueueDesk>,
    look: Look,
    started: Timestamp,
    pace: Interval,
    redriven: HashSet<Identity>,
    /// What was redriven and failed again meanwhile, by its receipts; kept back so that it does not come
    /// again.
    again: Vec<String>,
}

impl Run<'_> {
    async fn redrive(&mut self, chunk: usize) -> Result<()> {
        loop {
            let (letters, superseded) = sort_out(self.look.take(chunk).await?);
            let before = self.redriven.len();
            // Deleted when the copy that replaces them is on its way.
            let mut rest = letters.into_iter();
            while let Some(letter) = rest.next() {
                if let Err(error) = self.one(letter).await {
                    self.look.give_back(rest.chain(superseded).collect()).await;
                    return Err(error);
                }
            }
            self.look.delete(superseded).await?;
            if self.redriven.len() == before {
                return Ok(());
            }
        }
    }

    async fn one(&mut self, letter: Letter) -> Result<()> {
        let identity = letter.identity();
        if self.redriven.contains(&identity) {
            if self.started.duration_since(letter.place.time) > OLDER {
                return self.look.delete(vec![letter]).await;
            }
            self.again.push(letter.receipt);
            return Ok(());
        }
        self.pace.tick().await;
        if let Err(error) = send(self.parts, &self.desk, &letter).await {
            self.look.give_back(vec![letter]).await;
            return Err(error);
        }
        self.redriven.insert(identity);
        self.look.delete(vec![letter]).await
    }
}

/// Sends a dead letter to its queue as it was before anyone noted anything on it.
async fn send(parts: &Parts, desk: &Arc<QueueDesk>, letter: &Letter) -> Result<()> {
    let outgoing = Outgoing {
        message: Arc::new(letter.incoming.message.clone()),
        delay: 0,
        group: desk
            .is_ordered()
            .then(|| Group::of_copy(&letter.incoming.event, Timestamp::now())),
    };
    desk.sends.one(outgoing).await.inspect_err(|error| {
        if error.kind() == ErrorKind::NotFound {
            parts.topology.forget(desk);
        }
    })
}
