//! Who waits for which flight of frames to be written.

use std::task::Waker;

/// Who waits for which flight of frames to be written. There is one on its way at a time; what is
/// settled meanwhile is gathered for the next one.
#[derive(Debug, Default)]
pub(super) struct Flights {
    /// How many have started.
    started: u64,
    /// How many were written.
    written: u64,
    waiting: Vec<(u64, Waker)>,
}

impl Flights {
    /// The number of the one that is gathered now.
    pub(super) fn gathering(&self) -> u64 {
        self.started + 1
    }

    /// Whether one is on its way.
    pub(super) fn is_flying(&self) -> bool {
        self.started > self.written
    }

    /// The one that was gathered is on its way.
    pub(super) fn start(&mut self) {
        self.started += 1;
    }

    /// It was written. Returns those who waited for it.
    pub(super) fn land(&mut self) -> Vec<Waker> {
        self.written = self.started;
        let waiting = std::mem::take(&mut self.waiting);
        let mut landed = Vec::with_capacity(waiting.len());
        for (flight, waker) in waiting {
            if flight <= self.written {
                landed.push(waker);
            } else {
                self.waiting.push((flight, waker));
            }
        }
        landed
    }

    /// Whether it was written.
    pub(super) fn has_landed(&self, flight: u64) -> bool {
        flight <= self.written
    }

    /// Wakes this one when it is written.
    pub(super) fn wait(&mut self, flight: u64, waker: &Waker) {
        self.waiting.push((flight, waker.clone()));
    }

    /// As [`wait`](Self::wait), for who may be waiting already.
    pub(super) fn wait_still(&mut self, flight: u64, waker: &Waker) {
        let is_known = |(of, known): &(u64, Waker)| *of == flight && known.will_wake(waker);
        if !self.waiting.iter().any(is_known) {
            self.wait(flight, waker);
        }
    }

    /// None will be written any more. Returns those who waited.
    pub(super) fn ground(&mut self) -> Vec<Waker> {
        let waiting = std::mem::take(&mut self.waiting);
        waiting.into_iter().map(|(_, waker)| waker).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_woken_by_its_own_flight() {
        let mut flights = Flights::default();
        let waker = Waker::noop();
        let first = flights.gathering();
        flights.wait(first, waker);
        assert!(!flights.is_flying());
        flights.start();
        assert!(flights.is_flying());
        let second = flights.gathering();
        assert_ne!(first, second);
        flights.wait(second, waker);
        assert_eq!(flights.land().len(), 1);
        assert!(flights.has_landed(first));
        assert!(!flights.has_landed(second));
        assert!(!flights.is_flying());
        assert_eq!(flights.ground().len(), 1);
        assert!(!flights.has_landed(second));
    }

    #[test]
    fn who_waits_still_is_woken() {
        let mut flights = Flights::default();
        let flight = flights.gathering();
        flights.wait_still(flight, Waker::noop());
        // Whether it is known is told on a best-effort basis, says the documentation of wakers.
        flights.wait_still(flight, Waker::noop());
        flights.start();
        assert!((1..=2).contains(&flights.land().len()));
    }
}
