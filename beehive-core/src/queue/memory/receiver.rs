//! How a queue in memory is read.

use std::future::{Future, poll_fn};
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use tokio::task::coop::consume_budget;
use tokio::time::{Instant, sleep_until};

use super::lease::lease;
use super::quota::Quota;
use super::shared::{Demand, Shared, Supply};
use super::subscription::{Delivered, later};
use super::waiters::WaiterId;
use crate::error::Result;
use crate::queue::{Lease, Receiver, ReceiverOptions};

/// One of the receivers that compete for the events of a queue.
#[derive(Debug)]
pub(super) struct MemoryReceiver {
    queue: Arc<Shared>,
    waiter: WaiterId,
    quota: Arc<Quota>,
    lease: Duration,
}

impl MemoryReceiver {
    pub(super) fn new(queue: Arc<Shared>, options: ReceiverOptions) -> Self {
        Self {
            waiter: queue.join(),
            quota: Arc::new(Quota::new(options.prefetch())),
            lease: options.lease(),
            queue,
        }
    }

    /// Waits for events as long as the caller is willing to.
    async fn await_deliveries(
        &self,
        demand: &Demand<'_>,
        patience: Duration,
    ) -> Result<Vec<Delivered>> {
        let _leave = Leave(self);
        let patience_ends = later(Instant::now(), patience);
        let mut sleep = pin!(sleep_until(patience_ends));
        poll_fn(|cx| {
            loop {
                let alarm = match self.queue.take_or_wait(demand, cx)? {
                    Supply::Events(delivered) => return Poll::Ready(Ok(delivered)),
                    Supply::Wait(alarm) => alarm,
                };
                // What came at the last moment was taken before giving up.
                if Instant::now() >= patience_ends {
                    return Poll::Ready(Ok(Vec::new()));
                }
                let at = alarm.map_or(patience_ends, |alarm| alarm.min(patience_ends));
                if sleep.deadline() != at || sleep.is_elapsed() {
                    sleep.as_mut().reset(at);
                }
                ready!(sleep.as_mut().poll(cx));
            }
        })
        .await
    }
}

/// Ends the waiting of a receiver, also when its future is dropped.
struct Leave<'a>(&'a MemoryReceiver);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.0.queue.leave(self.0.waiter);
    }
}

#[async_trait]
impl Receiver for MemoryReceiver {
    async fn receive(&mut self, max: NonZeroUsize, wait: Duration) -> Result<Vec<Lease>> {
        // A loop that always finds events must let other tasks run now and then. Nothing is taken
        // yet, so it may be dropped here.
        consume_budget().await;
        let demand = Demand {
            waiter: self.waiter,
            quota: &self.quota,
            max: max.get(),
            lease: self.lease,
        };
        let mut delivered = self.queue.take(&demand)?;
        if delivered.is_empty() && !wait.is_zero() {
            delivered = self.await_deliveries(&demand, wait).await?;
        }
        Ok(delivered
            .into_iter()
            .map(|delivered| lease(&self.queue, delivered))
            .collect())
    }

    async fn close(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

impl Drop for MemoryReceiver {
    fn drop(&mut self) {
        self.queue.part(self.waiter);
    }
}
