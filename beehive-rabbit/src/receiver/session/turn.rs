//! What the consumption does with a session.

use beehive_core::{Error, ErrorKind, Result};
use lapin::message::Delivery;
use tokio::time::Instant;
use tracing::warn;

use super::super::meters::Loss;
use super::super::outstanding::{Frame, Lost, Skipped, Tag};
use super::super::received::Received;
use super::Session;
use super::attention::Demand;
use super::session::Wire;

/// What is still to be done before a channel can be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Rest {
    /// The broker is to be told of something.
    Telling,
    /// The broker knows of all that is over, and some are still held.
    Held,
    /// Nothing.
    Nothing,
}

/// When the channel is to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum ChannelEnd {
    /// As soon as nothing is held.
    AtOnce,
    /// Some time after that.
    Later,
}

/// What the consumption is to do next.
#[derive(Debug)]
pub(in super::super) struct Turn {
    /// What to tell the broker now.
    pub(in super::super) frames: Vec<Frame>,
    /// What to send on as a new message.
    pub(in super::super) leaving: Vec<(Tag, Received)>,
    /// Whether the broker is to deliver.
    pub(in super::super) demand: Demand,
    /// What is still to be done.
    pub(in super::super) rest: Rest,
    /// When to look again.
    pub(in super::super) alarm: Option<Instant>,
}

impl Session {
    /// Completes when there is something to do.
    pub(in super::super) async fn work(&self) {
        self.work.notified().await;
    }

    /// The broker sent these.
    ///
    /// # Errors
    /// If it sent others before that did not arrive. The channel is of no more use: its end gives all
    /// of them back.
    pub(in super::super) fn arrived(
        &self,
        deliveries: impl IntoIterator<Item = Delivery>,
    ) -> Result<()> {
        let mut inner = self.inner();
        if inner.is_lost {
            return Ok(());
        }
        let now = Instant::now();
        for delivery in deliveries {
            let arrived = inner.outstanding.arrive(delivery.delivery_tag, now);
            arrived.map_err(|Skipped| {
                Error::new(
                    ErrorKind::Temporary,
                    "a delivery went missing between the broker and the driver",
                )
                .with_operation("receive")
            })?;
            inner.buffer.push_back(delivery);
        }
        drop(inner);
        self.shared.arrived.notify_one();
        Ok(())
    }

    /// What to do next. A flight of frames is only started when none is on its way: what is settled
    /// meanwhile goes with the next one.
    pub(in super::super) fn turn(&self) -> Turn {
        let mut inner = self.inner();
        let now = Instant::now();
        inner.is_woken = false;
        let expired = inner.outstanding.expire(now);
        let mut leaving = std::mem::take(&mut inner.leaving);
        leaving.extend(expired.leaving);
        let mut frames = Vec::new();
        if inner.wire == Wire::Free {
            frames = inner.outstanding.frames();
            if !frames.is_empty() {
                inner.wire = Wire::Busy;
            }
        }
        let rest = if inner.wire == Wire::Busy {
            Rest::Telling
        } else if inner.outstanding.is_settled() {
            Rest::Nothing
        } else {
            Rest::Held
        };
        inner.alarm = inner.earliest(&self.shared);
        let is_full = inner.is_full(&self.shared);
        let turn = Turn {
            frames,
            leaving,
            demand: inner.attention.demand(now, self.shared.term, is_full),
            rest,
            alarm: inner.alarm,
        };
        if expired.count > 0 {
            let was_starved = std::mem::take(&mut inner.is_starved);
            drop(inner);
            self.shared.meters.lost(Loss::Expired, expired.count);
            if was_starved {
                self.shared.arrived.notify_one();
            }
        }
        turn
    }

    /// The frames of the last turn were written.
    pub(in super::super) fn told(&self) {
        let mut inner = self.inner();
        inner.wire = Wire::Free;
        let count = inner.outstanding.told();
        drop(inner);
        self.shared.meters.acks.increment(count as u64);
    }

    /// A delivery was sent elsewhere: the broker is to forget it here.
    pub(in super::super) fn left(&self, tag: Tag) {
        let mut inner = self.inner();
        inner.outstanding.left(tag);
        self.settled(inner);
    }

    /// A delivery could not be sent elsewhere: it goes back to its queue.
    pub(in super::super) fn stayed(&self, tag: Tag) {
        let mut inner = self.inner();
        inner.outstanding.stayed(tag);
        self.settled(inner);
    }

    /// The broker delivers from now on.
    pub(in super::super) fn begun(&self) {
        let mut inner = self.inner();
        inner.attention.set_consuming(true);
        self.wake(inner);
    }

    /// The broker delivers no more. What it delivered until then and nobody took is handed back, for
    /// others to take.
    pub(in super::super) fn paused(&self) {
        let mut inner = self.inner();
        inner.attention.set_consuming(false);
        inner.buffer.clear();
        inner.outstanding.hand_back_waiting();
        self.wake(inner);
    }

    /// Gives out nothing any more. What waits is handed back; where nothing is held and the channel is
    /// to be closed at once, that does it.
    pub(in super::super) fn retire(&self, end: ChannelEnd) {
        let mut inner = self.inner();
        inner.attention.set_consuming(false);
        inner.buffer.clear();
        if end == ChannelEnd::Later || !inner.outstanding.is_settled() {
            inner.outstanding.hand_back_waiting();
            self.wake(inner);
        }
    }

    /// The channel is gone, and every lease with it; the broker delivers all of it again.
    pub(in super::super) fn lose(&self) {
        let mut inner = self.inner();
        inner.is_lost = true;
        inner.buffer.clear();
        inner.leaving.clear();
        let Lost { held, untold } = inner.outstanding.clear();
        drop(inner);
        self.shared.meters.lost(Loss::Channel, held);
        self.shared.meters.lost(Loss::Untold, untold);
        self.lost.cancel();
        if untold > 0 {
            warn!(
                queue = %self.shared.queue, events = untold,
                "the channel went before the broker was told of these commits; they may be delivered \
                 again"
            );
        }
    }
}
