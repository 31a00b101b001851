//! All workers: each has a place, and a new process takes the place of one that is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::process::Signal;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{sleep, timeout};

use super::life::{Edition, Life};
use super::spawn::Calls;
use crate::Result;
use crate::journal::{Journal, Strike};
use crate::stage::Door;

/// A worker drains in its grace of 30 seconds, or a few more.
const DRAIN: Duration = Duration::from_secs(60);
/// What a process said before it was stopped has been read by then.
const READ: Duration = Duration::from_millis(100);

/// How `prismo` ends that could not begin.
const COULD_NOT_BEGIN: i32 = 2;

/// The workers of a run.
#[derive(Debug)]
pub(crate) struct Crew {
    calls: Calls,
    journal: Arc<Journal>,
    slots: Vec<Slot>,
    lives: AtomicU32,
    faults: std::sync::Mutex<Vec<String>>,
}

/// The place of one worker.
#[derive(Debug)]
struct Slot {
    door: Door,
    life: Mutex<Option<Life>>,
}

impl Crew {
    /// Starts a worker behind each of these doors.
    pub(crate) async fn start(
        calls: Calls,
        journal: Arc<Journal>,
        doors: Vec<Door>,
    ) -> Result<Self> {
        let crew = Self {
            calls,
            journal,
            slots: doors
                .into_iter()
                .map(|door| Slot {
                    door,
                    life: Mutex::new(None),
                })
                .collect(),
            lives: AtomicU32::new(0),
            faults: std::sync::Mutex::default(),
        };
        for place in 0..crew.slots.len() {
            let mut life = crew.slots[place].life.lock().await;
            *life = Some(crew.hire(place, Edition::Current)?);
        }
        Ok(crew)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The way of a worker to the queue.
    pub(crate) fn door(&self, place: usize) -> &Door {
        &self.slots[place].door
    }

    /// The numbers of all processes that live now.
    pub(crate) async fn lives(&self) -> Vec<u32> {
        let mut lives = Vec::new();
        for slot in &self.slots {
            lives.extend(slot.life.lock().await.as_ref().map(|life| life.number));
        }
        lives
    }

    /// How many events a worker has in work; none while a fault holds its place.
    pub(crate) async fn in_work(&self, place: usize) -> usize {
        let at = self.slots[place].life.lock().await;
        at.as_ref()
            .map_or(0, |life| self.journal.in_work_of(life.number))
    }

    /// What went wrong that no fault of ours explains.
    pub(crate) fn faults(&self) -> Vec<String> {
        self.lock_faults().clone()
    }

    /// Kills a worker as `kill -9` does, and starts another in its place.
    pub(crate) async fn kill(&self, place: usize, kind: &'static str) -> Result<Strike> {
        let mut at = self.slots[place].life.lock().await;
        let life = at.as_mut().ok_or("nobody works there")?;
        let (number, edition) = (life.number, life.edition);
        life.signal(Signal::KILL)?;
        life.end().await?;
        // All that it said has been read: what it took and did not end, it died with.
        let strike = self.journal.strike(kind, &[number]);
        self.journal.gone(number);
        self.journal.over(strike);
        *at = Some(self.hire(place, edition)?);
        Ok(strike)
    }

    /// Stops a worker's process for a while, and lets it go on.
    pub(crate) async fn pause(
        &self,
        place: usize,
        kind: &'static str,
        pause: Duration,
    ) -> Result<Strike> {
        let at = self.slots[place].life.lock().await;
        let life = at.as_ref().ok_or("nobody works there")?;
        life.signal(Signal::STOP)?;
        sleep(READ).await;
        let strike = self.journal.strike(kind, &[life.number]);
        sleep(pause).await;
        life.signal(Signal::CONT)?;
        self.journal.over(strike);
        Ok(strike)
    }

    /// Tells a worker to stop, waits until it has drained, and starts one of this version.
    pub(crate) async fn replace(
        &self,
        place: usize,
        kind: &'static str,
        edition: Option<Edition>,
    ) -> Result<Strike> {
        let mut at = self.slots[place].life.lock().await;
        let life = at.as_mut().ok_or("nobody works there")?;
        let (number, before) = (life.number, life.edition);
        let strike = self.journal.strike(kind, &[number]);
        self.dismiss(life).await?;
        self.journal.gone(number);
        self.journal.over(strike);
        *at = Some(self.hire(place, edition.unwrap_or(before))?);
        Ok(strike)
    }

    /// Has a worker of the next version take this place.
    pub(crate) async fn hire_next(&self, place: usize) -> Result<()> {
        let mut at = self.slots[place].life.lock().await;
        if let Some(life) = at.as_mut() {
            self.dismiss(life).await?;
            self.journal.gone(life.number);
        }
        *at = Some(self.hire(place, Edition::Next)?);
        Ok(())
    }

    /// The version that a place runs.
    pub(crate) async fn edition(&self, place: usize) -> Option<Edition> {
        let at = self.slots[place].life.lock().await;
        at.as_ref().map(|life| life.edition)
    }

    /// Starts another where a worker has ended that nobody told to: that is a failure of its own.
    pub(crate) async fn look_after(&self) -> Result<()> {
        for (place, slot) in self.slots.iter().enumerate() {
            // A fault that holds the place looks after it.
            let Ok(mut at) = slot.life.try_lock() else {
                continue;
            };
            self.replace_ended(place, &mut at).await?;
        }
        Ok(())
    }

    /// Tells all workers to stop, and waits until they have drained.
    pub(crate) async fn dismiss_all(&self) -> Result<()> {
        for slot in &self.slots {
            if let Some(life) = slot.life.lock().await.as_mut() {
                life.signal(Signal::TERM)?;
            }
        }
        for slot in &self.slots {
            if let Some(mut life) = slot.life.lock().await.take() {
                self.dismiss(&mut life).await?;
            }
        }
        Ok(())
    }

    async fn replace_ended(
        &self,
        place: usize,
        at: &mut MutexGuard<'_, Option<Life>>,
    ) -> Result<()> {
        let Some(life) = at.as_mut() else {
            return Ok(());
        };
        let Some(status) = life.ended()? else {
            return Ok(());
        };
        life.end().await?;
        let (number, edition) = (life.number, life.edition);
        // It could not begin, as its services were not there: whoever runs it starts it again.
        if status.code() != Some(COULD_NOT_BEGIN) {
            self.report(format!(
                "worker {place} ended by itself, {status}: see [{number}] in {}",
                self.calls.logs().display()
            ));
        }
        self.journal.gone(number);
        **at = Some(self.hire(place, edition)?);
        Ok(())
    }

    /// SIGTERM, and an end in order.
    async fn dismiss(&self, life: &mut Life) -> Result<()> {
        if life.ended()?.is_none() {
            life.signal(Signal::TERM)?;
        }
        // What it could not finish while a fault was on, it names and hands back.
        if let Ok(ended) = timeout(DRAIN, life.end()).await {
            return ended.map(drop);
        }
        self.report(format!(
            "process {} did not end within {DRAIN:?} of SIGTERM",
            life.number
        ));
        life.signal(Signal::KILL)?;
        life.end().await.map(drop)
    }

    fn hire(&self, place: usize, edition: Edition) -> Result<Life> {
        let environment = self.slots[place].door.environment();
        let command = match edition {
            Edition::Current => self.calls.prismo("worker", environment),
            Edition::Next => self.calls.ourselves("next-worker", environment)?,
        };
        let number = self.lives.fetch_add(1, Ordering::Relaxed);
        let log = self.calls.log(&log_name(place))?;
        Life::begin(number, edition, command, &self.journal, &log)
    }

    fn report(&self, fault: String) {
        self.lock_faults().push(fault);
    }

    fn lock_faults(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.faults
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn log_name(place: usize) -> String {
    format!("worker-{place}")
}
