//! Serves one channel: moves deliveries to the buffer, and tells the broker what became of them.

use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use beehive_core::{Error, ErrorKind, Result};
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, Stream as _, StreamExt as _};
use lapin::message::Delivery;
use lapin::options::BasicCancelOptions;
use lapin::{Channel, Consumer};
use tokio::task::yield_now;
use tokio::time::{Instant, timeout};
use tokio_util::sync::WaitForCancellationFutureOwned;
use tracing::{debug, warn};

use super::alarm::Alarm;
use super::flight::write;
use super::linger::Linger;
use super::resending::send_on;
use super::session::{ChannelEnd, Demand, Rest, Session, Turn};
use super::shared::Closer;
use super::silence::Silence;
use super::subscribing::{Opened, consume};
use super::term::later;
use crate::connection::Link;
use crate::error::{converted, unanswered};

/// Why a channel is no longer consumed.
#[derive(Debug)]
pub(super) enum End {
    /// It is gone, and all its leases with it.
    Lost(Error),
    /// The receiver is closed. Leases last.
    Closing,
    /// Nothing has come for so long that something may be wrong. No lease is out.
    Silent,
}

/// A broker that cancels twice within this time gets a new channel, and a pause.
const CALM: Duration = Duration::from_secs(5);

/// One channel, its consumer, and the session of what came over it.
pub(super) struct Serving {
    session: Arc<Session>,
    _link: Arc<Link>,
    lost: Pin<Box<WaitForCancellationFutureOwned>>,
    channel: Arc<Channel>,
    /// While the receiver is read.
    consumer: Option<Consumer>,
    /// How many consumers there were on this channel.
    consumers: u32,
    /// When the broker last cancelled it.
    cancelled_at: Option<Instant>,
    silence: Silence,
    batch: Vec<Delivery>,
    /// The frames that are being written.
    flight: Option<BoxFuture<'static, Result<()>>>,
    /// When they must be written at the latest.
    flight_until: Instant,
    linger: Linger,
    /// Deliveries that are sent on.
    leaving: FuturesUnordered<BoxFuture<'static, ()>>,
    alarm: Alarm,
}

impl Serving {
    pub(super) fn new(session: Arc<Session>, opened: Opened) -> Self {
        let lost = opened.live.lost().clone().cancelled_owned();
        let limit = session.shared.parts.config.silence_limit;
        let silence = Silence::new(Instant::now(), limit, fastrand::f64());
        Self {
            session,
            _link: opened.link,
            lost: Box::pin(lost),
            channel: Arc::new(opened.channel),
            consumer: None,
            consumers: 0,
            cancelled_at: None,
            silence,
            batch: Vec::new(),
            flight: None,
            flight_until: Instant::now(),
            linger: Linger::new(Instant::now()),
            leaving: FuturesUnordered::new(),
            alarm: Alarm::default(),
        }
    }

    /// Serves the channel until it is gone, or its consumer is to stop.
    pub(super) async fn serve(&mut self) -> End {
        loop {
            let turn = self.turn();
            if self.session.shared.closing.is_cancelled() {
                return End::Closing;
            }
            if self.is_doubted(&turn) {
                return End::Silent;
            }
            let done = match turn.demand {
                Demand::Wanted => self.begin().await,
                Demand::Unread => self.pause().await,
                Demand::Same => self.next().await,
            };
            if let Err(error) = done {
                return End::Lost(error);
            }
        }
    }

    /// Whether the consumer is to be replaced: it should hear something, and has not for too long.
    fn is_doubted(&mut self, turn: &Turn) -> bool {
        let now = Instant::now();
        if self.consumer.is_none() || turn.rest != Rest::Nothing {
            self.silence.end(now);
            return false;
        }
        let at = self.silence.doubted_at();
        self.alarm.set(at);
        at <= now
    }

    /// Has the broker deliver.
    async fn begin(&mut self) -> Result<()> {
        self.consumers = self.consumers.wrapping_add(1);
        let consuming = consume(&self.session.shared, &self.channel, self.consumers);
        self.consumer = Some(consuming.await?);
        self.session.shared.untroubled();
        self.session.begun();
        Ok(())
    }

    /// Has the broker deliver no more until somebody asks: others may wait for what would lie here.
    async fn pause(&mut self) -> Result<()> {
        debug!("nobody reads");
        self.stop().await?;
        self.session.paused();
        Ok(())
    }

    /// Stops consuming, hands back what was fetched ahead, and serves the channel until its last
    /// lease is gone. Then closes it.
    pub(super) async fn wind_up(mut self, mut closer: Option<Closer>) {
        let mut tell = move |result| {
            if let Some(closer) = closer.take() {
                // Nobody may be waiting any more.
                closer.send(result).ok();
            }
        };
        if let Err(error) = self.stop_told().await {
            self.session.lose();
            tell(Err(error));
            return;
        }
        self.session.retire(match self.keep_until() {
            Some(_) => ChannelEnd::Later,
            None => ChannelEnd::AtOnce,
        });
        loop {
            match self.turn().rest {
                Rest::Telling => {}
                Rest::Held => tell(Ok(())),
                Rest::Nothing => {
                    let Some(until) = self.keep_until() else {
                        break;
                    };
                    tell(Ok(()));
                    self.alarm.set(until);
                }
            }
            if let Err(error) = self.next().await {
                debug!(%error, "the channel is lost while its last leases are out");
                // Then the broker has everything back.
                self.session.lose();
                tell(Ok(()));
                return;
            }
        }
        let patience = self.session.shared.parts.config.operation_timeout;
        let closing = self.channel.close(200, "".into());
        match timeout(patience, closing).await {
            Ok(Ok(())) => {}
            // As good as closed.
            Ok(Err(error)) => debug!(%error, "the channel is gone"),
            Err(_) => return tell(Err(unanswered("close"))),
        }
        tell(Ok(()));
    }

    /// Has the broker deliver no more, after it was told of all that is settled: so its answer says that
    /// it has heard of that too.
    async fn stop_told(&mut self) -> Result<()> {
        while self.turn().rest == Rest::Telling {
            self.next().await?;
        }
        self.stop().await
    }

    /// Until when the channel must not be closed, since acks would be forgotten with it.
    fn keep_until(&self) -> Option<Instant> {
        // A classic queue has them all.
        let is_quorum = self.session.shared.counts_deliveries();
        self.linger.until(Instant::now()).filter(|_| is_quorum)
    }

    /// Has the broker deliver no more. What it delivered until then is in the session.
    async fn stop(&mut self) -> Result<()> {
        let Some(mut consumer) = self.consumer.take() else {
            return Ok(());
        };
        let patience = self.session.shared.parts.config.operation_timeout;
        let options = BasicCancelOptions::default();
        let cancelling = self.channel.basic_cancel(consumer.tag(), options);
        match timeout(patience, cancelling).await {
            Ok(Ok(())) => {}
            // Then there is nothing to be handed back either; the leases will be found lost.
            Ok(Err(error)) => debug!(%error, "the channel is gone"),
            Err(_) => return Err(unanswered("close")),
        }
        poll_fn(|cx| {
            while let Poll::Ready(Some(Ok(delivery))) = Pin::new(&mut consumer).poll_next(cx) {
                self.batch.push(delivery);
            }
            Poll::Ready(())
        })
        .await;
        if !self.batch.is_empty() {
            self.session.arrived(self.batch.drain(..))?;
        }
        Ok(())
    }

    /// Starts what is to be done now.
    fn turn(&mut self) -> Turn {
        let mut turn = self.session.turn();
        for (tag, received) in turn.leaving.drain(..) {
            let sending = send_on(Arc::clone(&self.session), tag, received);
            self.leaving.push(Box::pin(sending));
        }
        if !turn.frames.is_empty() {
            let frames = std::mem::take(&mut turn.frames);
            self.session
                .shared
                .meters
                .frames
                .increment(frames.len() as u64);
            let now = Instant::now();
            self.linger.note(frames.len(), now);
            let channel = Arc::clone(&self.channel);
            self.flight = Some(Box::pin(async move { write(&channel, frames).await }));
            let patience = self.session.shared.parts.config.operation_timeout;
            self.flight_until = later(now, patience);
        }
        let flight_until = self.flight.is_some().then_some(self.flight_until);
        if let Some(at) = turn.alarm.into_iter().chain(flight_until).min() {
            self.alarm.set(at);
        }
        turn
    }

    /// Waits for the next thing to happen.
    ///
    /// # Errors
    /// If the channel is gone.
    async fn next(&mut self) -> Result<()> {
        tokio::select! {
            biased;
            () = &mut self.lost => Err(gone("the connection is lost")),
            written = landed(&mut self.flight) => {
                self.flight = None;
                written?;
                self.session.told();
                Ok(())
            }
            Some(()) = self.leaving.next(), if !self.leaving.is_empty() => Ok(()),
            () = self.session.work() => {
                // Whoever else is about to settle goes first, and into the same frames.
                yield_now().await;
                Ok(())
            }
            ended = delivered(&mut self.consumer, &mut self.batch) => {
                if !self.batch.is_empty() {
                    self.session.arrived(self.batch.drain(..))?;
                }
                ended.map_or(Ok(()), |ended| self.ended(ended))
            }
            () = self.alarm.ring() => {
                if self.flight.is_some() && Instant::now() >= self.flight_until {
                    return Err(unanswered("settle"));
                }
                Ok(())
            }
        }
    }

    /// The stream of deliveries ended. If only that, another consumer may be made on the channel,
    /// and leases last.
    fn ended(&mut self, ended: lapin::Result<()>) -> Result<()> {
        self.consumer = None;
        ended.map_err(|error| converted("receive", error))?;
        if !self.channel.status().connected() {
            return Err(gone("the channel is closed"));
        }
        let last = self.cancelled_at.replace(Instant::now());
        if last.is_some_and(|last| last.elapsed() < CALM) {
            return Err(gone("the broker keeps cancelling the consumer"));
        }
        warn!(queue = %self.session.shared.queue, "the broker cancelled the consumer");
        self.session.paused();
        Ok(())
    }
}

fn gone(message: &'static str) -> Error {
    Error::new(ErrorKind::Temporary, message).with_operation("receive")
}

/// How the flight ended; never, if there is none.
async fn landed(flight: &mut Option<BoxFuture<'static, Result<()>>>) -> Result<()> {
    match flight {
        Some(flight) => flight.await,
        None => pending().await,
    }
}

/// Takes all deliveries that are there, as soon as there are any; and says how the stream ended, if
/// it did. Without a consumer there are never any.
async fn delivered(
    consumer: &mut Option<Consumer>,
    batch: &mut Vec<Delivery>,
) -> Option<lapin::Result<()>> {
    let Some(consumer) = consumer else {
        return pending().await;
    };
    poll_fn(|cx| {
        loop {
            match Pin::new(&mut *consumer).poll_next(cx) {
                Poll::Ready(Some(Ok(delivery))) => batch.push(delivery),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => return Poll::Ready(Some(Ok(()))),
                Poll::Pending if batch.is_empty() => return Poll::Pending,
                Poll::Pending => return Poll::Ready(None),
            }
        }
    })
    .await
}
