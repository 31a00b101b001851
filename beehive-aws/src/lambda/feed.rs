//! Where the messages that a function was invoked for wait for the actor of their queue.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::batch::Record;
use super::invocation::{Invocation, Slip};

/// Where the messages of one queue wait for its actor.
pub(super) struct Feed {
    open: Mutex<Vec<Arc<Invocation>>>,
    /// Woken when there may be something to begin.
    begin: Arc<Notify>,
    /// How long an event is leased by the actor that reads this, once it does.
    lease: watch::Sender<Option<Duration>>,
}

impl Feed {
    pub(super) fn new() -> Self {
        Self {
            open: Mutex::default(),
            begin: Arc::new(Notify::new()),
            lease: watch::Sender::new(None),
        }
    }

    /// An actor reads this, and leases its events for so long.
    pub(super) fn read_by(&self, lease: Duration) {
        self.lease.send_replace(Some(lease));
    }

    /// For how long an event is leased; waits until an actor reads this.
    pub(super) async fn lease(&self) -> Duration {
        let mut lease = self.lease.subscribe();
        // The sender lives as long as `self`.
        let read = lease.wait_for(Option::is_some).await;
        read.ok().and_then(|lease| *lease).unwrap_or_default()
    }

    /// Has messages worked on until then.
    pub(super) fn open(self: &Arc<Self>, records: Vec<Record>, end: Instant) -> Open {
        let invocation = Arc::new(Invocation::new(records, end, Arc::clone(&self.begin)));
        self.invocations().push(Arc::clone(&invocation));
        self.begin.notify_waiters();
        Open {
            feed: Arc::clone(self),
            invocation,
        }
    }

    /// Begins up to so many messages, of which each has the time of a whole lease.
    pub(super) fn begin(&self, max: usize, lease: Duration, now: Instant) -> Vec<Slip> {
        let mut slips = Vec::new();
        for invocation in self.invocations().iter() {
            if now + lease > invocation.end() {
                continue;
            }
            while slips.len() < max
                && let Some(slip) = invocation.begin()
            {
                slips.push(slip);
            }
        }
        slips
    }

    /// Completes when there may be something to begin that was not there when this was made.
    pub(super) fn changed(&self) -> impl Future<Output = ()> + Send + use<'_> {
        let mut changed = Box::pin(self.begin.notified());
        changed.as_mut().enable();
        changed
    }

    fn invocations(&self) -> MutexGuard<'_, Vec<Arc<Invocation>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed")
            .field("open", &*self.invocations())
            .finish_non_exhaustive()
    }
}

/// An invocation that is worked on, until this is dropped.
#[derive(Debug)]
pub(super) struct Open {
    feed: Arc<Feed>,
    pub(super) invocation: Arc<Invocation>,
}

impl Open {
    /// Nothing of it is worked on any more. Says how many were when this was called.
    pub(super) fn close(&self) -> usize {
        let is_other = |other: &Arc<Invocation>| !Arc::ptr_eq(other, &self.invocation);
        self.feed.invocations().retain(is_other);
        self.invocation.close()
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.close();
    }
}
