//! The intake: where a factory actor's workers get their leases.
//!
//! One worker at a time reads the queue, for as many events as there are free workers; the others
//! find theirs in the buffer. So there is no task that only passes leases on, a backend that
//! delivers in batches is asked for batches, and an idle factory is one waiting future.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::Mutex as StdMutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{Mutex, Notify};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{error, info, warn};

use super::answer::answer;
use super::kill_switch::{Gate, KillSwitch, Mark};
use super::lock::lock;
use super::reader::Reader;
use super::slots::Slots;
use crate::queue::{DeclareOptions, Guard, Health, Lease, QueueName, ReceiverOptions};

/// How long a backend may take to stop reading. One that does not answer by then notices by itself.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);

/// A lease, and what goes with it.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) lease: Lease,
    pub(super) role: Role,
    /// Whether no other worker waits for work.
    pub(super) alone: bool,
    /// Whether this worker read the queue itself, and so left that to another.
    pub(super) reader: bool,
}

/// What an event is to the kill switch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Role {
    /// One of many.
    #[default]
    Regular,
    /// The one that shows whether things work again.
    Probe,
}

#[derive(Debug)]
pub(super) struct Intake {
    pub(super) queue: Guard,
    pub(super) from: QueueName,
    /// As what it is declared again when it is gone.
    pub(super) declared: DeclareOptions,
    pub(super) options: ReceiverOptions,
    pub(super) wait: Duration,
    pub(super) health: StdMutex<Health>,
    reader: Mutex<Reader>,
    buffer: StdMutex<VecDeque<Lease>>,
    switch: StdMutex<KillSwitch>,
    switched: Notify,
    closed: AtomicBool,
}

impl Intake {
    pub(super) fn new(
        queue: Guard,
        from: QueueName,
        declared: DeclareOptions,
        options: ReceiverOptions,
        wait: Duration,
        switch: KillSwitch,
    ) -> Self {
        Self {
            queue,
            from,
            declared,
            options,
            wait,
            health: StdMutex::default(),
            reader: Mutex::default(),
            buffer: StdMutex::default(),
            switch: StdMutex::new(switch),
            switched: Notify::new(),
            closed: AtomicBool::new(false),
        }
    }

    /// The next lease, for which one idle worker of these slots is claimed; `None` if none came for
    /// as long as a poll waits.
    ///
    /// # Cancel safety
    /// Dropping the future loses no lease.
    pub(super) async fn next(&self, slots: &Slots) -> Option<Taken> {
        if let Some(taken) = self.buffered(slots) {
            return Some(taken);
        }
        let mut reader = self.reader.lock().await;
        loop {
            // Those who waited for their turn when the hive stopped must not read again.
            if self.is_shut() {
                return None;
            }
            // While this worker waited for its turn, another may have brought something.
            if let Some(taken) = self.buffered(slots) {
                return Some(taken);
            }
            let role = self.pass_switch().await;
            // Only who holds the reader fills the buffer: all that were claimed are counted.
            let max = match role {
                Role::Regular => slots.free(),
                Role::Probe => NonZeroUsize::MIN,
            };
            match reader.receive(self, max).await {
                Ok(leases) => {
                    let mut leases = leases.into_iter();
                    let lease = leases.next()?;
                    if role == Role::Probe {
                        lock(&self.switch).probe_taken();
                    }
                    if leases.len() > 0 {
                        lock(&self.buffer).extend(leases);
                    }
                    return Some(Taken {
                        lease,
                        role,
                        alone: slots.claim(),
                        reader: true,
                    });
                }
                Err(pause) => sleep(pause).await,
            }
        }
    }

    /// What was received before. The worker is claimed under the lock, so that the reader, who
    /// finds nothing, never asks for more than can be worked on.
    fn buffered(&self, slots: &Slots) -> Option<Taken> {
        let mut buffer = lock(&self.buffer);
        let lease = buffer.pop_front()?;
        Some(Taken {
            lease,
            role: Role::Regular,
            alone: slots.claim(),
            reader: false,
        })
    }

    /// Waits until the kill switch lets something through.
    async fn pass_switch(&self) -> Role {
        loop {
            let switched = self.switched.notified();
            let gate = lock(&self.switch).gate(Instant::now());
            match gate {
                Gate::Open => return Role::Regular,
                Gate::Probe => return Role::Probe,
                Gate::Pause(until) => {
                    tokio::select! {
                        () = sleep_until(until) => {}
                        () = switched => {}
                    }
                }
                Gate::Probing => switched.await,
            }
        }
    }

    /// Whether failures count towards giving an event up.
    pub(super) fn counts_failures(&self, role: Role) -> bool {
        role == Role::Regular && lock(&self.switch).is_closed()
    }

    /// Tells the kill switch how an event ended.
    pub(super) fn note(&self, role: Role, mark: Mark, now: Instant) {
        let fraction = fastrand::f64();
        let mut switch = lock(&self.switch);
        let opened = role == Role::Regular && switch.note(mark, now, fraction);
        if role == Role::Probe {
            switch.note_probe(mark, now, fraction);
        }
        let closed = switch.is_closed();
        // A log may block; nobody else is to wait for it.
        drop(switch);
        if opened {
            error!(queue = %self.from, "most events fail: polling pauses");
        }
        if role == Role::Probe {
            // Only the reader waits for this.
            self.switched.notify_one();
            if closed {
                info!(queue = %self.from, "the probe succeeded: polling goes on");
            } else {
                warn!(queue = %self.from, "the probe did not succeed: polling stays paused");
            }
        }
    }

    /// How reading is.
    pub(super) fn health(&self) -> Health {
        if lock(&self.switch).is_closed() {
            lock(&self.health).clone()
        } else {
            Health::Degraded("most events fail; polling is paused and probes".into())
        }
    }

    /// Has every worker stop that is free, or as soon as it is.
    pub(super) fn shut(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Whether workers are to stop. Asked before each event, so it is cheaper than a token, whose
    /// lock all actors of a hive share.
    pub(super) fn is_shut(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Stops reading, and returns what nobody took yet. The future goes on to tell the backend.
    pub(super) async fn close(&self) -> (Vec<Lease>, impl Future<Output = ()>) {
        self.shut();
        // Held by a worker that does not come back, if at all; it will not read again.
        let reader = timeout(CLOSE_PATIENCE, self.reader.lock()).await;
        let receiver = reader.ok().and_then(|mut reader| reader.take());
        let leases = lock(&self.buffer).drain(..).collect();
        let from = self.from.clone();
        let closing = async move {
            let Some(receiver) = receiver else { return };
            if let Err(error) = answer("close", CLOSE_PATIENCE, receiver.close()).await {
                // Its leases and connections expire.
                warn!(queue = %from, %error, "not closed");
            }
        };
        (leases, closing.boxed())
    }
}
