//! What the gate was told to do, as its connections see it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::call::Call;
use super::counts::Counts;
use super::decision::decide;
use super::dice::{Chance, Dice};
use super::fault::Fault;
use super::rule::Rule;
use super::upstream::Upstream;

/// How many requests are kept to arrive later; any more wait until there is room.
const LATE_MAX: usize = 256;

/// The gate's rules, its counts, and the way to the service.
#[derive(Debug)]
pub(super) struct Orders {
    pub(super) upstream: Upstream,
    pub(super) counts: watch::Sender<Counts>,
    pub(super) late: Arc<Semaphore>,
    /// The gate is gone.
    pub(super) over: CancellationToken,
    chance: Chance,
    rules: Mutex<Vec<Rule>>,
    /// How often the gate healed.
    heals: watch::Sender<u64>,
    /// How often all connections were reset.
    resets: watch::Sender<u64>,
}

impl Orders {
    pub(super) fn new(upstream: Upstream, seed: u64) -> Self {
        Self {
            upstream,
            counts: watch::Sender::new(Counts::default()),
            late: Arc::new(Semaphore::new(LATE_MAX)),
            over: CancellationToken::new(),
            chance: Chance::new(seed),
            rules: Mutex::default(),
            heals: watch::Sender::new(0),
            resets: watch::Sender::new(0),
        }
    }

    pub(super) fn set(&self, rules: Vec<Rule>) {
        *self.rules() = rules;
    }

    /// Ends all rules, and all that lasts of what they did.
    pub(super) fn heal(&self) {
        self.set(Vec::new());
        self.heals.send_modify(|heals| *heals += 1);
    }

    pub(super) fn reset(&self) {
        self.resets.send_modify(|resets| *resets += 1);
    }

    /// Sees the resets from now on.
    pub(super) fn resets(&self) -> watch::Receiver<u64> {
        self.resets.subscribe()
    }

    /// What a call meets, and what chance has for it.
    pub(super) fn meets(&self, call: &Call) -> (Option<Fault>, Dice) {
        let dice = self.chance.next(call.service());
        let mut rules = self.rules();
        let Some(place) = decide(&rules, call, dice) else {
            return (None, dice);
        };
        let fault = rules.get_mut(place).map(|rule| {
            rule.happened();
            rule.fault()
        });
        (fault, dice)
    }

    /// The next healing.
    pub(super) fn healing(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut heals = self.heals.subscribe();
        async move {
            // Without its sender the gate is gone, and with it whatever waits.
            let _ = heals.changed().await;
        }
    }

    /// A while, which a healing ends early.
    pub(super) fn pause(&self, duration: Duration) -> impl Future<Output = ()> + Send + use<> {
        let healing = self.healing();
        async move {
            tokio::select! {
                () = sleep(duration) => {}
                () = healing => {}
            }
        }
    }

    pub(super) fn hit(&self, fault: Fault, call: &Call) {
        self.counts.send_modify(|counts| counts.hit(fault, call));
    }

    fn rules(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
