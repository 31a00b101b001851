//! The loop of a factory actor.

use std::collections::HashSet;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use smol_str::SmolStr;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, error, warn};

use super::announcer::Announcer;
use super::disposition::{Counting, Disposition, Ending, disposition, refusal};
use super::intake::{Intake, Role, Taken};
use super::kill_switch::{KillSwitch, Mark};
use super::lease_keeper::{LeaseKeeper, Renewal};
use super::meters::{Meters, Statistics};
use super::processing::{Failure, panic_message};
use super::settings::FactorySettings;
use super::settling::Settled;
use super::slots::{Slot, Slots, Spare};
use crate::actor::Callee;
use crate::event::{Codecs, EventId};
use crate::hive::Strictness;
use crate::queue::{EventQueue as _, Guard, Health, Lease, QueueName, ReceiverOptions};
use crate::store::Inbox;

/// What a factory actor is made of.
pub(crate) struct FactoryParts {
    pub(crate) name: SmolStr,
    pub(crate) hive: SmolStr,
    pub(crate) host: SmolStr,
    pub(crate) queue: QueueName,
    pub(crate) callee: Callee,
    pub(crate) emits: Vec<SmolStr>,
    pub(crate) settings: FactorySettings,
    pub(crate) strictness: Strictness,
    pub(crate) guard: Guard,
    pub(crate) announcer: Arc<Announcer>,
    pub(crate) inbox: Option<Arc<dyn Inbox>>,
    pub(crate) codecs: Arc<Codecs>,
    pub(crate) stop: CancellationToken,
    pub(crate) grace: CancellationToken,
    pub(crate) tracker: TaskTracker,
}

/// Owns one subscription: its polling, its leases, and the publishing of what follows.
pub(crate) struct Factory {
    pub(super) name: SmolStr,
    pub(super) host: SmolStr,
    pub(super) queue: QueueName,
    pub(super) callee: Callee,
    pub(super) emits: Vec<SmolStr>,
    pub(super) settings: FactorySettings,
    pub(super) strictness: Strictness,
    pub(super) codecs: Arc<Codecs>,
    pub(super) grace: CancellationToken,
    pub(super) meters: Meters,
    pub(super) source: SmolStr,
    guard: Guard,
    pub(super) announcer: Arc<Announcer>,
    pub(super) inbox: Option<Arc<dyn Inbox>>,
    intake: Intake,
    slots: Slots,
    stop: CancellationToken,
    tracker: TaskTracker,
    renewal: Renewal,
    warned: Mutex<HashSet<String>>,
    handed_back: Mutex<Vec<EventId>>,
}

/// The events an actor could not finish when its hive stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandedBack {
    /// The actor.
    pub actor: String,
    /// What it reads.
    pub queue: QueueName,
    /// The events that were handed back; they are available to others at once.
    pub events: Vec<EventId>,
    /// The events that are held by workers which did not come back; they are redelivered when
    /// their leases expire.
    pub stuck: Vec<EventId>,
}

/// How an event ended, all attempts under one lease together.
struct Ended {
    disposition: Disposition,
    attempt: u32,
    failure: Option<Failure>,
    mark: Mark,
}

impl Factory {
    pub(crate) fn new(parts: FactoryParts) -> Arc<Self> {
        let settings = parts.settings;
        let capabilities = parts.guard.capabilities();
        let renewal = if capabilities.extend {
            Renewal::Possible
        } else {
            Renewal::Impossible
        };
        Arc::new(Self {
            meters: Meters::new(&parts.name, &parts.queue),
            intake: Intake::new(
                parts.guard.clone(),
                parts.queue.clone(),
                ReceiverOptions::new(settings.parallelism(), settings.lease()),
                settings.wait(),
                KillSwitch::new(settings.kill_switch()),
            ),
            slots: Slots::new(settings.parallelism()),
            source: smol_str::format_smolstr!("{}/{}", parts.hive, parts.name),
            name: parts.name,
            host: parts.host,
            queue: parts.queue,
            callee: parts.callee,
            emits: parts.emits,
            settings,
            strictness: parts.strictness,
            codecs: parts.codecs,
            guard: parts.guard,
            announcer: parts.announcer,
            inbox: parts.inbox,
            stop: parts.stop,
            grace: parts.grace,
            tracker: parts.tracker,
            renewal,
            warned: Mutex::default(),
            handed_back: Mutex::default(),
        })
    }

    /// Starts the first worker; it makes others as the load needs them.
    pub(crate) fn start(self: &Arc<Self>) {
        self.add_worker();
    }

    fn add_worker(self: &Arc<Self>) {
        if let Some(slot) = self.slots.open() {
            let factory = Arc::clone(self);
            self.tracker.spawn(async move { factory.work(&slot).await });
        }
    }

    /// The only loop: take a lease, see it through, again.
    async fn work(self: &Arc<Self>, slot: &Arc<Slot>) {
        while !self.stop.is_cancelled() {
            let next = pin!(self.intake.next(|| self.slots.free()));
            let taken = tokio::select! {
                biased;
                taken = self.unpanicked(next) => taken,
                () = self.stop.cancelled() => break,
            };
            let Some(taken) = taken.flatten() else {
                if self.slots.retire(slot, Spare::Idle) {
                    return;
                }
                continue;
            };
            if self.slots.begin(slot, taken.lease.event().id()) {
                self.add_worker();
            }
            let seeing = pin!(self.see_through(slot, taken));
            self.unpanicked(seeing).await;
            self.slots.end(slot);
            if self.slots.retire(slot, Spare::Surplus) {
                return;
            }
            // An actor that never waits must not keep its thread from all others.
            tokio::task::consume_budget().await;
        }
        self.slots.close(slot);
    }

    /// Survives a panic in a backend: a worker less would be noticed by nobody. What it held is
    /// redelivered when its lease expires.
    async fn unpanicked<T>(&self, work: impl Future<Output = T> + Unpin) -> Option<T> {
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(output) => Some(output),
            Err(panic) => {
                error!(
                    actor = %self.name, queue = %self.queue, panic = panic_message(&*panic),
                    "a backend or the framework panicked; please report it"
                );
                tokio::time::sleep(Duration::from_secs(1)).await;
                None
            }
        }
    }

    /// Sees one event through: process, publish, record, settle.
    async fn see_through(&self, slot: &Slot, taken: Taken) {
        let Taken { mut lease, role } = taken;
        let note = SwitchNote::new(&self.intake, role);
        if lease.attempt() > 1 {
            self.meters.redelivered.add(1);
        }
        let start = Instant::now();
        let keeper = LeaseKeeper::new(
            self.settings.lease(),
            start + self.settings.hold_max(),
            self.renewal,
        );
        let ended = self.run(slot, &mut lease, role, start, &keeper).await;
        let now = Instant::now();
        self.meters.took(now - start);
        note.set(ended.mark, now);
        self.conclude(lease, ended).await;
    }

    /// Runs attempts until the event is done, or is not to be tried again under this lease.
    async fn run(
        &self,
        slot: &Slot,
        lease: &mut Lease,
        role: Role,
        start: Instant,
        keeper: &LeaseKeeper,
    ) -> Ended {
        let first = lease.attempt();
        if start >= lease.deadline() {
            // It waited too long for a worker; another has it, or will.
            return Ended::let_go(first);
        }
        if let Some(reason) = refusal(
            lease,
            self.guard.limits(),
            self.settings.hops_max(),
            self.settings.crashes_max(),
        ) {
            let errors = lease.defect().map_or_else(Vec::new, |defect| {
                Failure::of(Ending::Unpublishable, defect).errors
            });
            return Ended {
                disposition: Disposition::DeadLetter(reason),
                attempt: first,
                failure: Some(Failure {
                    ending: Ending::Unpublishable,
                    errors,
                }),
                mark: Mark::Neutral,
            };
        }
        let mut until = start + self.settings.timeout();
        for attempt in first.. {
            self.slots.expect_by(slot, until);
            let failure = self.attempt(lease, attempt, until, keeper).await.err();
            let ending = failure
                .as_ref()
                .map_or(Ending::Done, |failure| failure.ending);
            let counting = if failure.is_none() || self.intake.counts_failures(role) {
                Counting::Counted
            } else {
                Counting::Uncounted
            };
            let policy = self.settings.retry();
            let decided = disposition(ending, attempt, &policy, counting, fastrand::f64());
            if let Some(failure) = &failure {
                self.report(lease, attempt, failure, decided);
            }
            let disposition = match decided {
                // The hive stops: the next attempt is for whoever gets the event then.
                Disposition::RetryNow if self.stop.is_cancelled() => {
                    Disposition::RetryLater(Duration::ZERO, Counting::Counted)
                }
                Disposition::RetryNow => {
                    self.meters.retried_now.add(1);
                    tokio::task::yield_now().await;
                    until = Instant::now() + self.settings.timeout();
                    continue;
                }
                decided => decided,
            };
            return Ended {
                disposition,
                attempt,
                failure,
                mark: mark(ending),
            };
        }
        Ended::let_go(first)
    }

    /// Settles the event as it ended, and counts it.
    async fn conclude(&self, lease: Lease, ended: Ended) {
        let id = lease.event().id().clone();
        let Ended {
            disposition,
            attempt,
            failure,
            mark: _,
        } = ended;
        if disposition == Disposition::LetGo {
            self.meters.leases_lost.add(1);
            return;
        }
        let settled = self
            .settle(lease, disposition, attempt, failure.as_ref())
            .await;
        match (settled, disposition) {
            (Settled::Lost, _) => self.meters.leases_lost.add(1),
            (Settled::No, _) | (Settled::Yes, Disposition::LetGo | Disposition::RetryNow) => {}
            (Settled::Yes, Disposition::Commit) => self.meters.processed.add(1),
            (Settled::Yes, Disposition::RetryLater(..)) => self.meters.retried_later.add(1),
            (Settled::Yes, Disposition::HandBack) => {
                self.meters.handed_back.add(1);
                lock(&self.handed_back).push(id);
            }
            (Settled::Yes, Disposition::DeadLetter(reason)) => {
                self.meters.dead_lettered.add(1);
                error!(
                    actor = %self.name, queue = %self.queue, event = %id, %reason, attempt,
                    errors = ?failure.map(|failure| failure.errors).unwrap_or_default(),
                    "dead-lettered"
                );
            }
        }
    }

    fn report(&self, lease: &Lease, attempt: u32, failure: &Failure, decided: Disposition) {
        if matches!(failure.ending, Ending::LeaseLost | Ending::GraceOver) {
            debug!(event = %lease.event().id(), queue = %self.queue, ending = ?failure.ending, "stopped");
            return;
        }
        self.meters.failed.add(1);
        warn!(
            actor = %self.name, queue = %self.queue, event = %lease.event().id(), attempt,
            errors = ?failure.errors, next = ?decided,
            "attempt failed"
        );
    }

    pub(super) fn warn_undeclared(&self, event_type: &str) {
        self.warn_once(event_type, || {
            warn!(
                actor = %self.name, event_type,
                "the actor announces what it does not declare; add it to `emits(…)`"
            );
        });
    }

    /// Says a thing once per actor, and not for ever more things than anyone reads.
    pub(super) fn warn_once(&self, about: &str, say: impl FnOnce()) {
        const KNOWN_MAX: usize = 100;
        let mut warned = lock(&self.warned);
        if !warned.contains(about) && warned.len() < KNOWN_MAX {
            warned.insert(about.to_owned());
            say();
        }
    }

    /// Looks for workers that do not come back: an actor that computes without an end cannot be
    /// stopped, only replaced.
    pub(crate) fn watch_slots(self: &Arc<Self>, now: Instant) {
        /// An actor that is stopped in time has been settled long before.
        const SLACK: Duration = Duration::from_secs(5);
        for event in self.slots.flag_stuck(now, SLACK) {
            error!(
                actor = %self.name, queue = %self.queue, %event,
                "a worker does not come back: the actor blocks or computes without an end; it is \
                 replaced, but its thread is lost"
            );
            self.add_worker();
        }
    }

    /// Stops reading and hands back what no worker took.
    pub(crate) async fn close_intake(&self) {
        /// A backend that does not answer by then notices by itself.
        const PATIENCE: Duration = Duration::from_secs(5);
        let Ok(leases) = timeout(PATIENCE, self.intake.close()).await else {
            warn!(queue = %self.queue, "the queue was not closed in time");
            return;
        };
        for lease in leases {
            let attempt = lease.attempt();
            let ended = Ended {
                disposition: Disposition::HandBack,
                attempt,
                failure: None,
                mark: Mark::Neutral,
            };
            self.conclude(lease, ended).await;
        }
    }

    /// What could not be finished; `None` if nothing.
    pub(crate) fn handed_back(&self) -> Option<HandedBack> {
        let events = std::mem::take(&mut *lock(&self.handed_back));
        let stuck = self.slots.in_work();
        (!events.is_empty() || !stuck.is_empty()).then(|| HandedBack {
            actor: self.name.to_string(),
            queue: self.queue.clone(),
            events,
            stuck,
        })
    }

    pub(crate) fn queue(&self) -> &QueueName {
        &self.queue
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn statistics(&self) -> Statistics {
        self.meters.statistics()
    }

    pub(crate) fn health(&self) -> Health {
        match self.slots.stuck() {
            0 => self.intake.health(),
            stuck => Health::Degraded(format!("{stuck} workers do not come back")),
        }
    }
}

impl fmt::Debug for Factory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Factory")
            .field("name", &self.name)
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}

impl Ended {
    fn let_go(attempt: u32) -> Self {
        Self {
            disposition: Disposition::LetGo,
            attempt,
            failure: None,
            mark: Mark::Neutral,
        }
    }
}

/// What an ending tells of whether things work.
fn mark(ending: Ending) -> Mark {
    use crate::actor::FailureClass::{Retry, RetryAfter};
    match ending {
        Ending::Done => Mark::Success,
        Ending::Failed(Retry | RetryAfter(_)) | Ending::NotConfirmed => Mark::Failure,
        Ending::Failed(_)
        | Ending::Undeclared
        | Ending::Unpublishable
        | Ending::LeaseLost
        | Ending::GraceOver => Mark::Neutral,
    }
}

/// Tells the kill switch how an event ended, whatever happens: a probe of which nothing is heard
/// would stop the intake for good.
struct SwitchNote<'a> {
    intake: &'a Intake,
    role: Role,
    mark: Option<(Mark, Instant)>,
}

impl<'a> SwitchNote<'a> {
    fn new(intake: &'a Intake, role: Role) -> Self {
        Self {
            intake,
            role,
            mark: None,
        }
    }

    fn set(mut self, mark: Mark, now: Instant) {
        self.mark = Some((mark, now));
    }
}

impl Drop for SwitchNote<'_> {
    fn drop(&mut self) {
        let (mark, now) = self.mark.unwrap_or_else(|| (Mark::Neutral, Instant::now()));
        self.intake.note(self.role, mark, now);
    }
}

/// A panic while the lock is held leaves nothing half done in here.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
