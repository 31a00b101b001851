//! How many leases a receiver may hold at one time.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The leases outstanding through one receiver, and their limit.
///
/// Shared by the receiver and its leases, which outlive it. Only touched under the lock of its
/// subscription; atomic because it is shared, so relaxed ordering is enough.
#[derive(Debug)]
pub(super) struct Quota {
    outstanding: AtomicUsize,
    max: NonZeroUsize,
}

impl Quota {
    pub(super) fn new(max: NonZeroUsize) -> Self {
        Self {
            outstanding: AtomicUsize::new(0),
            max,
        }
    }

    /// How many more leases may be taken.
    pub(super) fn room(&self) -> usize {
        self.max
            .get()
            .saturating_sub(self.outstanding.load(Ordering::Relaxed))
    }

    pub(super) fn take(&self) {
        self.outstanding.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn give_back(&self) {
        self.outstanding.fetch_sub(1, Ordering::Relaxed);
    }
}
