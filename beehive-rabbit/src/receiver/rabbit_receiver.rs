//! The receiver of one queue.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::queue::{Lease, QueueName, Receiver, ReceiverOptions};
use bytes::Bytes;
use tokio::sync::oneshot;
use tokio::task::coop::consume_budget;
use tokio::time::{Instant, timeout, timeout_at};

use super::consumption;
use super::lease::RabbitLease;
use super::received::Received;
use super::resending::until;
use super::session::{Session, Taken};
use super::shared::Shared;
use super::subscribing::open;
use super::term::later;
use crate::codec::{Incoming, decode};
use crate::error::unanswered;
use crate::rabbit_queue::Parts;

/// What the broker is given to deliver the first event when it has to be asked first, however little
/// the caller is willing to wait. Whoever only looks now and then would never see one otherwise.
const START: Duration = Duration::from_millis(100);

/// The receiver of one queue.
#[derive(Debug)]
pub(crate) struct RabbitReceiver {
    shared: Arc<Shared>,
}

impl RabbitReceiver {
    /// Starts to consume.
    ///
    /// # Errors
    /// `NotFound` if the queue does not exist; temporary ones of the connection.
    pub(crate) async fn open(
        parts: Arc<Parts>,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Self> {
        let shared = Arc::new(Shared::new(parts, from, options));
        let opened = open(&shared).await?;
        consumption::start(Arc::clone(&shared), opened);
        Ok(Self { shared })
    }

    /// Leases on what is there now.
    fn take(&self, session: &Arc<Session>, max: NonZeroUsize) -> Vec<Lease> {
        let taken = session.take(max).into_iter();
        taken
            .filter_map(|taken| self.lease(session, taken))
            .collect()
    }

    /// A lease on a delivery that is due.
    fn lease(&self, session: &Arc<Session>, taken: Taken) -> Option<Lease> {
        let tag = taken.delivery.delivery_tag;
        let body = Bytes::from(taken.delivery.data);
        let incoming = decode(&taken.delivery.properties, body);
        let attempt = attempt(&incoming);
        let Incoming {
            event,
            defect,
            note,
            original,
            ..
        } = incoming;
        let received = Received {
            event,
            note,
            original,
        };
        if note.due.is_some_and(|due| !until(due).is_zero()) {
            session.send_on(tag, received);
            return None;
        }
        if !self.shared.counts_deliveries() {
            let mut copy = received.clone();
            copy.note.deliveries = note.deliveries.saturating_add(1);
            copy.note.due = None;
            session.keep_copy(tag, copy);
        }
        let meters = &self.shared.meters;
        meters.deliveries.increment(1);
        if attempt > 1 {
            meters.redeliveries.increment(1);
        }
        let event = received.event.clone();
        let settle = Box::new(RabbitLease {
            session: Arc::clone(session),
            tag,
            received,
        });
        let lease = Lease::new(event, attempt, taken.deadline, settle).with_history(note.history);
        Some(match defect {
            Some(defect) => lease.with_defect(defect),
            None => lease,
        })
    }
}

#[async_trait]
impl Receiver for RabbitReceiver {
    async fn receive(&mut self, max: NonZeroUsize, wait: Duration) -> Result<Vec<Lease>> {
        // A loop that always finds events must let other tasks run now and then. Nothing is taken
        // yet, so it may be dropped here.
        consume_budget().await;
        let mut give_up = None;
        let mut is_late = false;
        loop {
            let session = self.shared.session();
            if let Some(session) = &session {
                let leases = self.take(session, max);
                if !leases.is_empty() {
                    return Ok(leases);
                }
            }
            if let Some(error) = self.shared.news() {
                return Err(error);
            }
            if is_late {
                return self.shared.trouble().map_or_else(|| Ok(Vec::new()), Err);
            }
            let reading = session.as_ref().map(|session| session.read());
            let give_up = *give_up.get_or_insert_with(|| {
                let is_first = reading.as_ref().is_some_and(|reading| reading.is_first);
                let least = if is_first { START } else { Duration::ZERO };
                later(Instant::now(), wait.max(least))
            });
            let arrived = self.shared.arrived.notified();
            // What comes at the last moment is taken all the same.
            is_late = timeout_at(give_up, arrived).await.is_err();
        }
    }

    async fn close(self: Box<Self>) -> Result<()> {
        let (closer, closed) = oneshot::channel();
        self.shared.close(Some(closer));
        let config = &self.shared.parts.config;
        // To stop consuming, and to hand back.
        match timeout(config.operation_timeout * 2, closed).await {
            Ok(Ok(closed)) => closed,
            // The task is gone, and its channel with it.
            Ok(Err(_)) => Ok(()),
            Err(_) => Err(unanswered("close")),
        }
    }
}

impl Drop for RabbitReceiver {
    fn drop(&mut self) {
        self.shared.close(None);
    }
}

/// Which attempt a delivery is. What the driver calls redelivered is no sign of one: after a restart
/// of the broker it is set on events that never reached anyone.
fn attempt(incoming: &Incoming) -> u32 {
    let Incoming {
        note,
        deliveries_before,
        ..
    } = incoming;
    note.history
        .attempts
        .saturating_add(note.deliveries)
        .saturating_add(*deliveries_before)
        .saturating_add(1)
}
