//! Many seeds, on several threads.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::num::{NonZeroU64, NonZeroUsize};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::time::Instant;

use super::fork::fork;
use super::play::play;
use super::scenario::Scenario;
use super::totals::Totals;
use super::trace::Keeping;

/// Many seeds, and how they are played.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Which seeds.
    pub seeds: Range<u64>,
    /// On how many threads.
    pub threads: NonZeroUsize,
    /// Of how many seeds one is played twice, to compare the traces; none if not given.
    pub verify_every: Option<NonZeroU64>,
    /// When it ends.
    pub ending: Ending,
}

/// When a batch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With the first seed at which something is wrong.
    AtFirstFailure,
    /// After the last seed.
    AtLast,
}

/// How far a batch is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many seeds were played.
    pub played: u64,
    /// At how many something was wrong.
    pub failed: usize,
    /// The seed that has been played for the longest time, and for how long.
    pub longest: Option<(u64, Duration)>,
}

impl Batch {
    /// Plays all seeds, each in the scenario that `scenario` makes of it. Once a second `watch`
    /// hears how far it is; a seed that does not end can only be noticed there.
    pub fn play(
        &self,
        scenario: impl Fn(u64) -> Scenario + Sync,
        mut watch: impl FnMut(&Progress),
    ) -> Totals {
        const PERIOD: Duration = Duration::from_secs(1);
        let desk = Desk {
            next: AtomicU64::new(self.seeds.start),
            first_failed: AtomicU64::new(u64::MAX),
            state: Mutex::default(),
        };
        thread::scope(|scope| {
            // Says nothing; it is closed when the last thread has ended.
            let (working, all_ended) = sync_channel::<Infallible>(0);
            for number in 0..self.threads.get() {
                let (working, desk, scenario) = (working.clone(), &desk, &scenario);
                scope.spawn(move || {
                    let _working = working;
                    self.work(number, desk, scenario);
                });
            }
            drop(working);
            while all_ended.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                watch(&desk.progress());
            }
        });
        let state = desk.state.into_inner();
        state.unwrap_or_else(PoisonError::into_inner).totals
    }

    fn work(&self, thread: usize, desk: &Desk, scenario: &impl Fn(u64) -> Scenario) {
        while let Some(seed) = desk.take(self, thread) {
            let scenario = scenario(seed);
            let mut played = play(&scenario, Keeping::Digest);
            let verifies = self.verify_every.is_some_and(|every| seed % every == 0);
            if verifies && play(&scenario, Keeping::Digest).digest != played.digest {
                let found = fork(&scenario);
                played.violations.push(found.unwrap_or_else(|| {
                    "two runs of this seed had different traces, and two more had not".into()
                }));
            }
            if !played.violations.is_empty() {
                desk.first_failed.fetch_min(seed, Ordering::Relaxed);
            }
            let mut state = desk.state();
            state.totals.add(seed, played);
            state.totals.verified += u64::from(verifies);
            state.playing.remove(&thread);
        }
    }
}

/// Where the threads get their seeds, and bring what came of them.
#[derive(Debug)]
struct Desk {
    next: AtomicU64,
    first_failed: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    totals: Totals,
    /// The seed each thread plays, and since when.
    playing: BTreeMap<usize, (u64, Instant)>,
}

impl Desk {
    /// The next seed. One below a seed that failed is still played, so that the first one is found.
    fn take(&self, batch: &Batch, thread: usize) -> Option<u64> {
        let seed = self.next.fetch_add(1, Ordering::Relaxed);
        let is_over = batch.ending == Ending::AtFirstFailure
            && seed > self.first_failed.load(Ordering::Relaxed);
        if is_over || seed >= batch.seeds.end {
            return None;
        }
        let now = Instant::now();
        self.state().playing.insert(thread, (seed, now));
        Some(seed)
    }

    fn progress(&self) -> Progress {
        let state = self.state();
        let playing = state.playing.values();
        let since = playing.map(|(seed, since)| (*seed, since.elapsed()));
        Progress {
            played: state.totals.seeds,
            failed: state.totals.failures.len(),
            longest: since.max_by_key(|(_, played_for)| *played_for),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
