//! The intake: where a factory actor's workers get their leases.
//!
//! One worker at a time reads the queue, for as many events as there are free workers; the others
//! find theirs in the buffer. So there is no task that only passes leases on, a backend that
//! delivers in batches is asked for batches, and an idle factory is one waiting future.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::{Mutex as StdMutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex, Notify};
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{debug, error, info, warn};

use super::kill_switch::{Gate, KillSwitch, Mark};
use crate::error::{Error, ErrorKind, Result};
use crate::queue::{EventQueue as _, Guard, Health, Lease, QueueName, Receiver, ReceiverOptions};
use crate::recovery::Backoff;

/// A lease, and whether it is the kill switch's probe.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) lease: Lease,
    pub(super) role: Role,
}

impl Taken {
    fn regular(lease: Lease) -> Self {
        Self {
            lease,
            role: Role::Regular,
        }
    }
}

/// What an event is to the kill switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// One of many.
    Regular,
    /// The one that shows whether things work again.
    Probe,
}

#[derive(Debug)]
pub(super) struct Intake {
    queue: Guard,
    from: QueueName,
    options: ReceiverOptions,
    wait: Duration,
    reader: Mutex<Reader>,
    buffer: StdMutex<VecDeque<Lease>>,
    switch: StdMutex<KillSwitch>,
    switched: Notify,
    health: StdMutex<Health>,
}

/// What only the worker that reads the queue may touch.
#[derive(Debug, Default)]
struct Reader {
    receiver: Option<Box<dyn Receiver>>,
    /// How many times in a row reading failed.
    failures: u32,
}

impl Intake {
    pub(super) fn new(
        queue: Guard,
        from: QueueName,
        options: ReceiverOptions,
        wait: Duration,
        switch: KillSwitch,
    ) -> Self {
        Self {
            queue,
            from,
            options,
            wait,
            reader: Mutex::default(),
            buffer: StdMutex::default(),
            switch: StdMutex::new(switch),
            switched: Notify::new(),
            health: StdMutex::default(),
        }
    }

    /// The next lease; `None` if none came for as long as a poll waits. `free` tells how many workers could take one, the caller
    /// included.
    ///
    /// # Cancel safety
    /// Dropping the future loses no lease.
    pub(super) async fn next(&self, free: impl Fn() -> NonZeroUsize) -> Option<Taken> {
        if let Some(lease) = self.buffered() {
            return Some(Taken::regular(lease));
        }
        let mut reader = self.reader.lock().await;
        loop {
            // While this worker waited for its turn, another may have brought something.
            if let Some(lease) = self.buffered() {
                return Some(Taken::regular(lease));
            }
            let role = self.pass_switch().await;
            let max = match role {
                Role::Regular => free(),
                Role::Probe => NonZeroUsize::MIN,
            };
            match reader.receive(self, max).await {
                Ok(leases) => {
                    reader.failures = 0;
                    let mut leases = leases.into_iter();
                    let lease = leases.next()?;
                    if role == Role::Probe {
                        lock(&self.switch).probe_taken();
                    }
                    if leases.len() > 0 {
                        lock(&self.buffer).extend(leases);
                    }
                    return Some(Taken { lease, role });
                }
                Err(error) => {
                    reader.failures = reader.failures.saturating_add(1);
                    self.report(&error, reader.failures);
                    let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(30));
                    sleep(backoff.jittered(reader.failures)).await;
                }
            }
        }
    }

    fn buffered(&self) -> Option<Lease> {
        lock(&self.buffer).pop_front()
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
        let mut switch = lock(&self.switch);
        match role {
            Role::Regular => {
                if switch.note(mark, now, fastrand::f64()) {
                    error!(queue = %self.from, "most events fail: polling pauses");
                }
            }
            Role::Probe => {
                switch.note_probe(mark, now, fastrand::f64());
                if switch.is_closed() {
                    info!(queue = %self.from, "the probe succeeded: polling goes on");
                } else {
                    warn!(queue = %self.from, "the probe did not succeed: polling stays paused");
                }
                drop(switch);
                // Only the reader waits for this.
                self.switched.notify_one();
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

    /// Stops reading and hands back what nobody took yet; returns what was handed back.
    pub(super) async fn close(&self) -> Vec<Lease> {
        let receiver = self.reader.lock().await.receiver.take();
        if let Some(receiver) = receiver
            && let Err(error) = receiver.close().await
        {
            // Its leases and connections expire.
            warn!(queue = %self.from, %error, "not closed");
        }
        lock(&self.buffer).drain(..).collect()
    }

    fn report(&self, error: &Error, failures: u32) {
        let text = format!("cannot receive: {error}");
        if failures == 1 {
            warn!(queue = %self.from, %error, "cannot receive, trying again");
        } else {
            debug!(queue = %self.from, %error, failures, "cannot receive, trying again");
        }
        *lock(&self.health) = Health::Down(text);
    }
}

impl Reader {
    async fn receive(&mut self, intake: &Intake, max: NonZeroUsize) -> Result<Vec<Lease>> {
        if self.receiver.is_none() {
            self.receiver = Some(intake.queue.receiver(&intake.from, intake.options).await?);
            *lock(&intake.health) = Health::Up;
        }
        // The line above has put one there.
        let Some(receiver) = &mut self.receiver else {
            return Ok(Vec::new());
        };
        let result = receiver.receive(max, intake.wait).await;
        match &result {
            Ok(_) => {
                if self.failures > 0 {
                    info!(queue = %intake.from, "receiving again");
                    *lock(&intake.health) = Health::Up;
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // Somebody deleted the queue. What was in it is gone; what comes must not be.
                warn!(queue = %intake.from, "the queue is gone, declaring it again");
                self.receiver = None;
                intake.queue.declare(&intake.from).await?;
            }
            Err(_) => {}
        }
        result
    }
}

/// A panic while the lock is held leaves nothing half done in here.
fn lock<T>(mutex: &StdMutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
