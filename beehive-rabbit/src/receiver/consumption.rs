//! The task behind one receiver: consumes, and begins again when the channel is gone.

use std::sync::Arc;
use std::time::Duration;

use beehive_core::recovery::Backoff;
use beehive_core::{Error, ErrorKind};
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::time::{Instant, sleep};
use tracing::{Instrument as _, debug, debug_span, info, warn};

use super::serving::{End, Serving};
use super::session::Session;
use super::shared::Shared;
use super::subscribing::{Opened, subscribe};

/// A channel that lasted for so long was no failure from the start.
const SOUND: Duration = Duration::from_secs(5);

/// Starts to consume; goes on until the receiver is closed and its last lease is gone.
pub(super) fn start(shared: Arc<Shared>, opened: Opened) {
    let span = debug_span!("consume", queue = %shared.queue);
    let consumption = Consumption {
        shared,
        session: None,
        earlier: FuturesUnordered::new(),
        failures: 0,
    };
    // It ends by itself: the receiver tells it to, also when it is dropped.
    drop(tokio::spawn(consumption.run(opened).instrument(span)));
}

struct Consumption {
    shared: Arc<Shared>,
    session: Option<Arc<Session>>,
    /// Sessions of which only leases are left.
    earlier: FuturesUnordered<BoxFuture<'static, ()>>,
    /// How often in a row consuming failed.
    failures: u32,
}

impl Consumption {
    async fn run(mut self, opened: Opened) {
        let mut next = Some(opened);
        while let Some(opened) = next {
            next = self.consume(opened).await;
        }
        self.tell_closer();
        while self.earlier.next().await.is_some() {}
        debug!("consuming no more");
    }

    /// Consumes until the channel ends, and returns the next one; none when the receiver is closed.
    async fn consume(&mut self, opened: Opened) -> Option<Opened> {
        let session = Arc::new(Session::new(Arc::clone(&self.shared)));
        self.session = Some(Arc::clone(&session));
        self.shared.begin(Arc::clone(&session));
        let began = Instant::now();
        let mut serving = Serving::new(Arc::clone(&session), opened);
        let end = beside(&mut self.earlier, serving.serve()).await;
        self.session = None;
        self.shared.end();
        if began.elapsed() >= SOUND {
            self.failures = 0;
        }
        match end {
            End::Closing => {
                let closer = self.shared.closer();
                self.earlier.push(Box::pin(serving.wind_up(closer)));
                return None;
            }
            End::Unread => {
                debug!("nobody reads: what was fetched ahead is handed back");
                self.earlier.push(Box::pin(serving.wind_up(None)));
                beside(&mut self.earlier, self.shared.wanted()).await;
            }
            End::Cancelled => {
                warn!(queue = %self.shared.queue, "the broker stopped delivering, consuming again");
                self.shared.troubled(&Error::new(
                    ErrorKind::Temporary,
                    "the broker stopped delivering",
                ));
                self.earlier.push(Box::pin(serving.wind_up(None)));
            }
            End::Lost(error) => {
                session.lose();
                warn!(queue = %self.shared.queue, %error, "the channel is lost, consuming again");
                self.shared.troubled(&error);
            }
        }
        self.reopen().await
    }

    /// The next channel, as soon as there is one; none when the receiver is closed.
    async fn reopen(&mut self) -> Option<Opened> {
        let shared = Arc::clone(&self.shared);
        loop {
            let reopening = async {
                let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(30));
                if self.failures > 0 {
                    sleep(backoff.jittered(self.failures)).await;
                }
                subscribe(&shared).await
            };
            let reopened = beside(&mut self.earlier, async {
                tokio::select! {
                    biased;
                    () = shared.closing() => None,
                    reopened = reopening => Some(reopened),
                }
            });
            match reopened.await? {
                Ok(opened) => {
                    shared.meters.resubscriptions.increment(1);
                    info!(queue = %shared.queue, "consuming again");
                    // Until it has lasted.
                    self.failures = self.failures.saturating_add(1);
                    return Some(opened);
                }
                Err(error) => {
                    self.failures = self.failures.saturating_add(1);
                    debug!(%error, failures = self.failures, "cannot consume, trying again");
                    shared.troubled(&error);
                }
            }
        }
    }

    /// There is nothing to be handed back.
    fn tell_closer(&self) {
        if let Some(closer) = self.shared.closer() {
            // Nobody may be waiting any more.
            closer.send(Ok(())).ok();
        }
    }
}

impl Drop for Consumption {
    /// Also when the runtime ends before the receiver.
    fn drop(&mut self) {
        self.shared.end();
        if let Some(session) = self.session.take() {
            session.lose();
        }
    }
}

/// Goes on with what is left of earlier sessions beside this.
async fn beside<T>(
    earlier: &mut FuturesUnordered<BoxFuture<'static, ()>>,
    work: impl Future<Output = T>,
) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            output = &mut work => return output,
            Some(()) = earlier.next(), if !earlier.is_empty() => {}
        }
    }
}
