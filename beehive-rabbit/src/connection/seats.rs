//! Counts who uses a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts who uses a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Seats(Arc<AtomicUsize>);

/// A right to one channel, until it is dropped.
#[derive(Debug)]
pub(super) struct Seat(Arc<AtomicUsize>);

impl Seats {
    /// A seat, if fewer than `most` are taken.
    pub(super) fn take(&self, most: usize) -> Option<Seat> {
        self.0
            .try_update(Ordering::Relaxed, Ordering::Relaxed, |taken| {
                (taken < most).then_some(taken + 1)
            })
            .ok()?;
        Some(Seat(Arc::clone(&self.0)))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_free_again_when_it_is_dropped() {
        let seats = Seats::default();
        let first = seats.take(2).unwrap();
        let _second = seats.take(2).unwrap();
        assert!(seats.take(2).is_none());
        drop(first);
        let _third = seats.take(2).unwrap();
        assert!(seats.take(2).is_none());
    }
}
