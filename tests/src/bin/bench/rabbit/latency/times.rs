//! When events were published, and when they were through.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use crate::Result;
use crate::machine::Used;

/// How many events come in a second.
pub(super) const RATE: u64 = 500;

/// How many events come before it counts.
pub(super) const WARM_UP: u64 = RATE / 2;

/// When each event was published, and when the second actor had it.
#[derive(Clone, Debug)]
pub(super) struct Times(Arc<Mutex<Vec<Seen>>>);

/// When an event was published, and when it was seen.
type Seen = (Instant, Option<Instant>);

/// One run: the latencies in ascending order, and what was used.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) latencies: Vec<Duration>,
    pub(super) used: Used,
}

impl Times {
    pub(super) fn new(events: u64) -> Result<Self> {
        let length = usize::try_from(events)?;
        let never = (Instant::now(), None);
        Ok(Self(Arc::new(Mutex::new(vec![never; length]))))
    }

    pub(super) fn published(&self, number: u64) {
        self.change(number, |time| time.0 = Instant::now());
    }

    pub(super) fn arrived(&self, number: u64) {
        self.change(number, |time| {
            time.1.get_or_insert_with(Instant::now);
        });
    }

    fn change(&self, number: u64, change: impl FnOnce(&mut (Instant, Option<Instant>))) {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = usize::try_from(number).ok();
        if let Some(time) = place.and_then(|place| times.get_mut(place)) {
            change(time);
        }
    }

    /// The latencies of all events after the first ones.
    ///
    /// # Errors
    /// If an event never came.
    pub(super) fn latencies(&self) -> Result<Vec<Duration>> {
        let times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut latencies = Vec::with_capacity(times.len());
        for (published, arrived) in times.iter().skip(usize::try_from(WARM_UP)?) {
            let arrived = arrived.ok_or("an event never came to the second actor")?;
            latencies.push(arrived - *published);
        }
        latencies.sort_unstable();
        Ok(latencies)
    }
}

impl Run {
    /// The latency that so many per cent of the events do not exceed, in milliseconds.
    pub(super) fn percentile(&self, percent: usize) -> f64 {
        let place = self.latencies.len() * percent / 100;
        let latency = self.latencies.get(place);
        latency.map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
    }
}

/// Ticks at the rate at which events come, whatever became of those before.
pub(super) fn ticks() -> Interval {
    let mut ticks = interval(Duration::from_secs(1) / u32::try_from(RATE).unwrap_or(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    ticks
}
