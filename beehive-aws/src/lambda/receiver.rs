//! A receiver that is fed by the invocations of a function.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::queue::{Lease, QueueName, Receiver};
use futures_util::future::join_all;
use tokio::time::{Instant, sleep_until};

use super::feed::Feed;
use super::invocation::Slip;
use super::lease::LambdaLease;
use crate::sqs::{Relay, Relayed};

/// Reads what a function was invoked for.
#[derive(Debug)]
pub(super) struct LambdaReceiver {
    pub(super) queue: QueueName,
    pub(super) feed: Arc<Feed>,
    pub(super) relay: Relay,
    pub(super) lease: Duration,
}

impl LambdaReceiver {
    async fn next(&self, max: NonZeroUsize, wait: Duration) -> Result<Vec<Lease>> {
        let end = Instant::now() + wait;
        loop {
            let changed = self.feed.changed();
            let now = Instant::now();
            let (free, changes) = self.relay.free(now);
            let slips = self.feed.begin(max.get().min(free), self.lease, now);
            if !slips.is_empty() {
                let leases = self.lease_all(slips).await?;
                if !leases.is_empty() {
                    return Ok(leases);
                }
                // Each is settled without a lease.
                continue;
            }
            if now >= end {
                return Ok(Vec::new());
            }
            let until = match changes {
                Some(change) if free == 0 => change.min(end),
                _ => end,
            };
            tokio::select! {
                () = changed => {}
                () = self.relay.freed() => {}
                () = sleep_until(until) => {}
            }
        }
    }

    /// The leases on messages that were begun; without those that need none.
    ///
    /// # Errors
    /// If none could be read. What could not waits again.
    async fn lease_all(&self, slips: Vec<Slip>) -> Result<Vec<Lease>> {
        let leased = join_all(slips.into_iter().map(|slip| self.lease_one(slip))).await;
        let mut leases = Vec::with_capacity(leased.len());
        let mut failure = None;
        for each in leased {
            match each {
                Ok(lease) => leases.extend(lease),
                Err(error) => failure = Some(error),
            }
        }
        match failure {
            // Whoever is next meets the error again.
            Some(error) if leases.is_empty() => Err(error),
            _ => Ok(leases),
        }
    }

    async fn lease_one(&self, slip: Slip) -> Result<Option<Lease>> {
        match self.relay.read(slip.message(), slip.end()).await? {
            Relayed::Leased(lease, place) => {
                let slip = slip.given_out();
                let end = slip.end();
                Ok(Some(lease.wrapped(end, |backend| {
                    Box::new(LambdaLease {
                        backend,
                        slip,
                        _place: place,
                    })
                })))
            }
            Relayed::Replaced => {
                slip.done();
                Ok(None)
            }
            Relayed::Again => {
                slip.failed();
                Ok(None)
            }
        }
    }
}

#[async_trait]
impl Receiver for LambdaReceiver {
    async fn receive(&mut self, max: NonZeroUsize, wait: Duration) -> Result<Vec<Lease>> {
        let received = self.next(max, wait).await;
        received.map_err(|error| {
            error
                .with_operation("receive")
                .with_context("queue", &self.queue)
        })
    }

    /// Nothing was fetched ahead.
    async fn close(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
