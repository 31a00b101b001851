//! Keeps the runtime's clock going while an actor computes without an end.

use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};
use tracing::warn;

/// Wakes the runtime once a second from outside, for as long as it lives.
///
/// The threads of a runtime take turns at its clock and its sockets. One that meets an actor which
/// never yields takes its turn with it, and if no other thread happens to be woken, nothing in the
/// process hears of a time or a socket again, not even those who look for such actors. A task from
/// outside wakes another thread, which then takes over.
#[derive(Debug)]
pub(super) struct Watchdog {
    /// Ends the thread when it is dropped.
    _alive: Option<SyncSender<()>>,
}

impl Watchdog {
    /// Watches over the runtime of the caller. One that has a single thread cannot be helped.
    pub(super) fn start() -> Self {
        const PERIOD: Duration = Duration::from_secs(1);
        let runtime = Handle::current();
        if runtime.runtime_flavor() == RuntimeFlavor::CurrentThread {
            return Self { _alive: None };
        }
        let (alive, ended) = sync_channel(0);
        let watching = thread::Builder::new().name("beehive-watchdog".into());
        let started = watching.spawn(move || {
            while ended.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                runtime.spawn(async {});
            }
        });
        if let Err(error) = started {
            warn!(%error, "no watchdog: an actor that never yields may stop the clock");
        }
        Self {
            _alive: Some(alive),
        }
    }
}
