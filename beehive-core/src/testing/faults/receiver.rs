//! Receiving among faults.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::Fault;
use super::injector::{Injector, injected};
use super::lease::FaultyLease;
use crate::error::Result;
use crate::queue::{Lease, Receiver};

#[derive(Debug)]
pub(super) struct FaultyReceiver {
    inner: Box<dyn Receiver>,
    injector: Arc<Injector>,
    /// Whether leases can be extended, and so cut.
    extends: bool,
}

impl FaultyReceiver {
    pub(super) fn new(inner: Box<dyn Receiver>, injector: Arc<Injector>, extends: bool) -> Self {
        Self {
            inner,
            injector,
            extends,
        }
    }
}

/// The lease as the process holds it; `cuttable` if leases can be extended, and so cut.
async fn hand_over(injector: Arc<Injector>, cuttable: bool, mut lease: Lease) -> Result<Lease> {
    let cut = injector.strikes(Fault::LeaseCut) && cuttable;
    let said = lease.deadline();
    if cut {
        // Often at once, so that the next holder works beside this one.
        let after = if injector.toss() {
            Duration::ZERO
        } else {
            injector.some_time()
        };
        // The backend holds it so long from now on; the holder is not told.
        lease.extend(after).await?;
    }
    Ok(lease.wrapped(said, |inner| {
        Box::new(FaultyLease::new(inner, injector, cut))
    }))
}

#[async_trait]
impl Receiver for FaultyReceiver {
    async fn receive(&mut self, max: NonZeroUsize, wait: Duration) -> Result<Vec<Lease>> {
        self.injector.life().go_on().await;
        if self.injector.strikes(Fault::ReceiveFailed) {
            return Err(injected(Fault::ReceiveFailed).with_operation("receive"));
        }
        let received = tokio::select! {
            biased;
            // The dead must not compete for events.
            () = self.injector.life().ended() => std::future::pending().await,
            received = self.inner.receive(max, wait) => received?,
        };
        // An idle process has no occasion to die.
        if received.is_empty() {
            return Ok(received);
        }
        self.injector.crash_point().await;
        if self.injector.strikes(Fault::DeliveryLost) {
            // They expire.
            drop(received);
            return Err(injected(Fault::DeliveryLost).with_operation("receive"));
        }
        let mut leases = Vec::with_capacity(received.len());
        for lease in received {
            let injector = Arc::clone(&self.injector);
            leases.push(hand_over(injector, self.extends, lease).await?);
        }
        if leases.len() > 1 && self.injector.strikes(Fault::Reordered) {
            self.injector.shuffle(&mut leases);
        }
        Ok(leases)
    }

    async fn close(self: Box<Self>) -> Result<()> {
        self.injector.life().go_on().await;
        self.inner.close().await
    }
}
