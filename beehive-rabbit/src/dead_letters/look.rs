//! One look into a dead-letter queue.

use std::time::Duration;

use beehive_core::{Error, ErrorKind, Result};
use futures_util::{FutureExt, StreamExt};
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicQosOptions, QueueDeclareOptions, QueuePurgeOptions,
};
use lapin::protocol::constants::REPLY_SUCCESS;
use lapin::types::{DeliveryTag, FieldTable, ShortString};
use lapin::{Channel, Consumer};
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep, timeout};

use super::quiet::{Quiet, Status};
use crate::error::{converted, unanswered};
use crate::rabbit_queue::Parts;

/// How long to wait for others that look: longer than a look at a hundred thousand dead letters, and
/// than it takes the broker to notice that one of them is dead.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// After how long without a delivery the queue is asked whether there are any more.
const QUIET: Duration = Duration::from_secs(1);
/// How many messages a consumer takes at least, so that few are needed.
const CHUNK_MIN: u32 = 500;
/// How many it takes at most: a quorum queue may not give one consumer more.
const CHUNK_MAX: u32 = 2_000;
/// How many consumers share the messages, as long as none takes too many. A quorum queue takes back in
/// order what up to 32 of one channel hold, and shuffles what more hold.
const CONSUMERS: u32 = 24;

/// How many acks of one look are sure to arrive, whatever becomes of it: a channel keeps back what it
/// would send to a quorum queue while 32 commands are on their way, and forgets it when it closes.
pub(super) const ACKS_MAX: u32 = 24;

/// How much of a queue to look at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Extent {
    /// Nothing but how much there is.
    Size,
    /// All that is there at the beginning.
    All,
    /// So many from the queue's head on.
    First(u32),
}

/// One look into a dead-letter queue: takes its messages in order, holds them, and returns at its
/// end those that were not acked.
///
/// However it ends - dropped, or with its channel, its connection or its process - the broker takes
/// back what it held.
#[derive(Debug)]
pub(super) struct Look {
    channel: Channel,
    queue: ShortString,
    /// Kept until the channel is closed: a consumer that is cancelled no longer shows others that
    /// somebody is at it.
    consumers: Vec<Consumer>,
    /// How many messages there were at the beginning.
    waiting: u32,
    goal: u32,
    ordered: u32,
    taken: u32,
    /// All messages up to this one are deleted.
    cleared: DeliveryTag,
    limit: Duration,
    /// Others of this process wait for it; given up last.
    turn: Option<OwnedMutexGuard<()>>,
}

impl Look {
    /// Starts to look, as soon as nobody else does.
    ///
    /// Everybody who looks first waits until the queue has no consumer, then consumes, then asks
    /// again. Of two that start at once at least the later sees both, and withdraws. That needs no
    /// permission but to read the queue, and no lock that could outlive its holder.
    ///
    /// # Errors
    /// `NotFound` if the queue does not exist. Temporary if others consume it for too long.
    pub(super) async fn begin(
        parts: &Parts,
        queue: &ShortString,
        extent: Extent,
        turn: OwnedMutexGuard<()>,
    ) -> Result<Self> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut look = Self::open(parts, queue).await?;
            look.waiting = look.unwatched(deadline).await?;
            look.goal = match extent {
                Extent::Size => 0,
                Extent::All => look.waiting,
                Extent::First(count) => look.waiting.min(count),
            };
            if look.goal > 0 {
                look.consume().await?;
            }
            if look.goal == 0 || look.status().await?.consumers == 1 {
                look.turn = Some(turn);
                return Ok(look);
            }
            look.end().await?;
            if Instant::now() >= deadline {
                return Err(contended());
            }
            sleep(Duration::from_millis(fastrand::u64(20..300))).await;
        }
    }

    async fn open(parts: &Parts, queue: &ShortString) -> Result<Self> {
        let limit = parts.config.operation_timeout;
        let live = parts.links.control().live(limit).await?;
        Ok(Self {
            channel: live.channel().await?,
            queue: queue.clone(),
            consumers: Vec::new(),
            waiting: 0,
            goal: 0,
            ordered: 0,
            taken: 0,
            cleared: 0,
            limit,
            turn: None,
        })
    }

    /// How many messages there were at the beginning.
    pub(super) fn waiting(&self) -> u32 {
        self.waiting
    }

    /// How many messages were taken.
    pub(super) fn taken(&self) -> u32 {
        self.taken
    }

    /// The next message; `None` when all that were wanted were taken.
    ///
    /// # Errors
    /// Temporary if the queue, the channel or the connection goes away.
    pub(super) async fn next(&mut self) -> Result<Option<Delivery>> {
        self.try_next().await.map_err(|error| match error.kind() {
            // It was there when the look began.
            ErrorKind::NotFound => gone().with_source(error),
            _ => error,
        })
    }

    async fn try_next(&mut self) -> Result<Option<Delivery>> {
        let mut quiet = Quiet::default();
        let deadline = Instant::now() + self.limit;
        while self.taken < self.goal {
            if self.taken == self.ordered {
                self.consume().await?;
            }
            let Some(consumer) = self.consumers.last_mut() else {
                break;
            };
            match timeout(QUIET, consumer.next()).await {
                Ok(Some(Ok(delivery))) => {
                    self.taken += 1;
                    return Ok(Some(delivery));
                }
                Ok(Some(Err(error))) => return Err(converted("read dead letters", error)),
                Ok(None) => return Err(gone()),
                Err(_) => {
                    let status = self.status().await?;
                    if quiet.is_over(status, self.consumers.len()) {
                        self.goal = self.taken;
                    } else if Instant::now() >= deadline {
                        return Err(unanswered("read dead letters"));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Deletes messages that were taken.
    ///
    /// Those taken in a row are acked in one: see [`ACKS_MAX`].
    pub(super) async fn delete(&mut self, tags: &mut [DeliveryTag]) -> Result<()> {
        tags.sort_unstable();
        let run = tags
            .iter()
            .zip(self.cleared + 1..)
            .take_while(|(tag, next)| **tag == *next)
            .count();
        let (run, single) = tags.split_at(run);
        if let Some(last) = run.last() {
            let multiple = BasicAckOptions { multiple: true };
            let ack = self.channel.basic_ack(*last, multiple);
            self.answered("delete dead letters", ack).await?;
            self.cleared = *last;
        }
        for tag in single {
            let ack = self.channel.basic_ack(*tag, BasicAckOptions::default());
            self.answered("delete dead letters", ack).await?;
        }
        Ok(())
    }

    /// Deletes all messages at once instead of looking at them, and says how many there were.
    pub(super) async fn purge(self) -> Result<u64> {
        let purge = self
            .channel
            .queue_purge(self.queue.clone(), QueuePurgeOptions::default());
        let count = self.answered("purge dead letters", purge).await?;
        self.end().await?;
        Ok(count.into())
    }

    /// Ends the look: what was not deleted is returned, and what was is gone.
    ///
    /// # Errors
    /// Temporary if the broker does not say so; what was deleted may then still be there.
    pub(super) async fn end(self) -> Result<()> {
        let close = self.channel.close(REPLY_SUCCESS, "looked".into());
        self.answered("look for dead letters", close).await
    }

    /// How many messages there are, once nobody consumes the queue.
    async fn unwatched(&self, deadline: Instant) -> Result<u32> {
        /// The first wait: about what a quorum queue needs to take messages back.
        const WAIT_MIN: Duration = Duration::from_millis(4);
        const WAIT_MAX: Duration = Duration::from_millis(50);
        let mut wait = WAIT_MIN;
        loop {
            let status = self.status().await?;
            if status.consumers == 0 {
                return Ok(status.ready);
            }
            if Instant::now() >= deadline {
                return Err(contended());
            }
            sleep(wait.mul_f64(0.5 + fastrand::f64())).await;
            wait = (wait * 2).min(WAIT_MAX);
        }
    }

    /// What the queue says of itself.
    async fn status(&self) -> Result<Status> {
        let options = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let declare =
            self.channel
                .queue_declare(self.queue.clone(), options, FieldTable::default());
        let queue = self.answered("look for dead letters", declare).await?;
        Ok(Status {
            ready: queue.message_count(),
            consumers: queue.consumer_count(),
        })
    }

    /// Adds a consumer that takes the next messages, and not one more than wanted.
    async fn consume(&mut self) -> Result<()> {
        const OPERATION: &str = "read dead letters";
        let chunk = self.goal.div_ceil(CONSUMERS).clamp(CHUNK_MIN, CHUNK_MAX);
        let chunk = chunk.min(self.goal - self.ordered);
        let chunk = u16::try_from(chunk).unwrap_or(u16::MAX);
        let qos = self.channel.basic_qos(chunk, BasicQosOptions::default());
        self.answered(OPERATION, qos).await?;
        // In the order of their tags a quorum queue takes back what they hold.
        let tag = format!("look-{:05}", self.consumers.len());
        let consume = self.channel.basic_consume(
            self.queue.clone(),
            tag.into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        );
        let consumer = self.answered(OPERATION, consume).await?;
        self.consumers.push(consumer);
        self.ordered += u32::from(chunk);
        Ok(())
    }

    async fn answered<T>(
        &self,
        operation: &'static str,
        answer: impl Future<Output = lapin::Result<T>>,
    ) -> Result<T> {
        timeout(self.limit, answer)
            .await
            .map_err(|_| unanswered(operation))?
            .map_err(|error| converted(operation, error))
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        if self.channel.status().connected() {
            // Queues the frame, and lets the consumers go with the channel. Cancelled before it, they
            // would no longer show others that somebody still holds messages. An error means that
            // the channel is gone already.
            let _ = self
                .channel
                .close(REPLY_SUCCESS, "dropped".into())
                .now_or_never();
        }
    }
}

fn contended() -> Error {
    Error::new(
        ErrorKind::Temporary,
        "others consume the queue of the dead letters all the time; stop them, or try again",
    )
}

fn gone() -> Error {
    Error::new(
        ErrorKind::Temporary,
        "the queue of the dead letters, or its node, went away in the middle of a look; try again",
    )
}
