//! The task behind one receiver: consumes, and begins again when the channel is gone.

use std::sync::Arc;
use std::time::Duration;

use beehive_core::recovery::Backoff;
use tokio::time::{Instant, sleep};
use tracing::{Instrument as _, debug, debug_span, info, warn};

use super::serving::{End, Serving};
use super::session::Session;
use super::shared::Shared;
use super::subscribing::{Opened, open};

/// A channel that lasted for so long was no failure from the start.
const SOUND: Duration = Duration::from_secs(5);

/// Starts to consume; goes on until the receiver is closed and its last lease is gone.
pub(super) fn start(shared: Arc<Shared>, opened: Opened) {
    let span = debug_span!("consume", queue = %shared.queue);
    let consumption = Consumption {
        shared,
        session: None,
        failures: 0,
    };
    // It ends by itself: the receiver tells it to, also when it is dropped.
    drop(tokio::spawn(consumption.run(opened).instrument(span)));
}

struct Consumption {
    shared: Arc<Shared>,
    session: Option<Arc<Session>>,
    /// How often in a row consuming failed.
    failures: u32,
}

impl Consumption {
    async fn run(mut self, opened: Opened) {
        let mut next = Some(opened);
        while let Some(opened) = next {
            next = self.consume(opened).await;
        }
        if let Some(closer) = self.shared.closer() {
            // There was nothing to be handed back. Nobody may be waiting any more.
            closer.send(Ok(())).ok();
        }
        debug!("consuming no more");
    }

    /// Consumes until the channel ends, and returns the next one; none when the receiver is closed.
    async fn consume(&mut self, opened: Opened) -> Option<Opened> {
        let channel = opened.channel.status().clone();
        let session = Arc::new(Session::new(Arc::clone(&self.shared), channel));
        self.session = Some(Arc::clone(&session));
        self.shared.begin(Arc::clone(&session));
        let began = Instant::now();
        let mut serving = Serving::new(Arc::clone(&session), opened);
        let end = serving.serve().await;
        self.shared.end();
        if began.elapsed() >= SOUND {
            self.failures = 0;
        }
        match end {
            End::Closing => {
                serving.wind_up(self.shared.closer()).await;
                None
            }
            End::Silent => {
                debug!("nothing came for a while, consuming on another channel");
                serving.wind_up(None).await;
                self.replace().await
            }
            End::Lost(error) => {
                session.lose();
                drop(serving);
                warn!(queue = %self.shared.queue, %error, "the channel is lost, opening another");
                self.shared.troubled(&error);
                self.reopen().await
            }
        }
    }

    /// Another channel at once, after nothing went wrong as far as is known.
    async fn replace(&mut self) -> Option<Opened> {
        let opened = tokio::select! {
            biased;
            () = self.shared.closing.cancelled() => return None,
            opened = open(&self.shared) => opened,
        };
        match opened {
            Ok(opened) => Some(opened),
            Err(error) => {
                self.shared.troubled(&error);
                self.reopen().await
            }
        }
    }

    /// The next channel, as soon as there is one; none when the receiver is closed.
    async fn reopen(&mut self) -> Option<Opened> {
        // The connection has a backoff of its own. The first pause spreads the receivers that lost
        // their channels with it.
        let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
        loop {
            let shared = &self.shared;
            let pause = backoff.jittered(self.failures.saturating_add(1));
            let opening = async {
                sleep(pause).await;
                open(shared).await
            };
            let opened = tokio::select! {
                biased;
                () = shared.closing.cancelled() => return None,
                opened = opening => opened,
            };
            // Until it has lasted.
            self.failures = self.failures.saturating_add(1);
            match opened {
                Ok(opened) => {
                    shared.meters.resubscriptions.increment(1);
                    info!(queue = %shared.queue, "consuming again");
                    shared.untroubled();
                    return Some(opened);
                }
                Err(error) => {
                    debug!(%error, failures = self.failures, "cannot consume, trying again");
                    shared.troubled(&error);
                }
            }
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
        self.shared.ended();
    }
}
