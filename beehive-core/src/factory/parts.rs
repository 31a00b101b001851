//! The factory actor itself, and what it is made of.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use smol_str::{SmolStr, format_smolstr};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::announcer::Announcer;
use super::closing::Unfinished;
use super::intake::Intake;
use super::kill_switch::KillSwitch;
use super::lease_keeper::Renewal;
use super::meters::{Meters, Statistics};
use super::once::Once;
use super::settings::FactorySettings;
use super::slots::Slots;
use super::solitude::Solitude;
use super::unsettled::Unsettled;
use crate::actor::Callee;
use crate::event::Codecs;
use crate::hive::Strictness;
use crate::queue::{
    DeclareOptions, EventQueue as _, Guard, Health, Order, QueueName, ReceiverOptions,
};
use crate::store::Inbox;

/// What a factory actor is made of.
pub(crate) struct FactoryParts {
    pub(crate) name: SmolStr,
    pub(crate) hive: SmolStr,
    pub(crate) host: SmolStr,
    pub(crate) queue: QueueName,
    pub(crate) order: Order,
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
    pub(crate) solitude: Arc<Solitude>,
}

/// Owns one subscription: its polling, its leases, and the publishing of what follows.
pub(crate) struct Factory {
    pub(super) name: SmolStr,
    pub(super) host: SmolStr,
    /// What its events say they come from.
    pub(super) source: SmolStr,
    pub(super) queue: QueueName,
    pub(super) callee: Callee,
    pub(super) emits: Vec<SmolStr>,
    pub(super) settings: FactorySettings,
    pub(super) strictness: Strictness,
    pub(super) guard: Guard,
    pub(super) announcer: Arc<Announcer>,
    pub(super) inbox: Option<Arc<dyn Inbox>>,
    pub(super) codecs: Arc<Codecs>,
    pub(super) intake: Intake,
    pub(super) slots: Arc<Slots>,
    pub(super) solitude: Arc<Solitude>,
    pub(super) renewal: Renewal,
    /// The longest delay that the queue can do.
    pub(super) delay_max: Duration,
    pub(super) stop: CancellationToken,
    pub(super) grace: CancellationToken,
    pub(super) tracker: TaskTracker,
    pub(super) meters: Meters,
    /// The event types that were warned about.
    pub(super) undeclared: Once,
    /// The actor, if it was warned about.
    pub(super) differing: Once,
    pub(super) unfinished: Mutex<Unfinished>,
    pub(super) unsettled: Unsettled,
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
        let delay_max = capabilities.delay_max.unwrap_or(Duration::MAX);
        let intake = Intake::new(
            parts.guard.clone(),
            parts.queue.clone(),
            DeclareOptions::default().with_order(parts.order),
            ReceiverOptions::new(settings.parallelism(), settings.lease()),
            settings.wait(),
            KillSwitch::new(
                settings
                    .kill_switch()
                    .for_parallelism(settings.parallelism()),
            ),
        );
        let slots = Arc::new(Slots::new(settings.parallelism()));
        parts.solitude.include(Arc::clone(&slots));
        Arc::new(Self {
            meters: Meters::new(&parts.name, &parts.queue),
            source: format_smolstr!("{}/{}", parts.hive, parts.name),
            slots,
            solitude: parts.solitude,
            name: parts.name,
            host: parts.host,
            queue: parts.queue,
            callee: parts.callee,
            emits: parts.emits,
            settings,
            strictness: parts.strictness,
            guard: parts.guard,
            announcer: parts.announcer,
            inbox: parts.inbox,
            codecs: parts.codecs,
            intake,
            renewal,
            delay_max,
            stop: parts.stop,
            grace: parts.grace,
            tracker: parts.tracker,
            undeclared: Once::default(),
            differing: Once::default(),
            unfinished: Mutex::default(),
            unsettled: Unsettled::new(settings.lease()),
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
        match (self.slots.stuck(), self.intake.health()) {
            (0, Health::Up) => self.unsettled.health(Instant::now()),
            (0, health) => health,
            (stuck, _) => Health::Degraded(format!("{stuck} workers do not come back")),
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
