//! What became of each event of a batch.

use beehive_core::Error;
use beehive_core::event::Event;
use beehive_core::queue::{PublishError, PublishFailure, Receipt};

/// What became of each event of a batch.
#[derive(Debug)]
pub(super) struct Batch<'a> {
    events: &'a [Event],
    receipt: Receipt,
    failures: Vec<PublishFailure>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(events: &'a [Event]) -> Self {
        Self {
            events,
            receipt: Receipt::default(),
            failures: Vec::new(),
        }
    }

    pub(super) fn event(&self, position: usize) -> &'a Event {
        &self.events[position]
    }

    pub(super) fn unrouted(&mut self, position: usize) {
        self.receipt.unrouted.push(position);
    }

    pub(super) fn failed(&mut self, position: usize, error: Error) {
        self.failures.push(PublishFailure {
            position,
            id: self.events[position].id().clone(),
            error,
        });
    }

    /// All that is not named is confirmed.
    pub(super) fn finish(mut self) -> Result<Receipt, PublishError> {
        self.receipt.unrouted.sort_unstable();
        self.failures.sort_by_key(|failure| failure.position);
        if self.failures.is_empty() {
            Ok(self.receipt)
        } else {
            Err(PublishError::new(self.failures, self.receipt))
        }
    }
}
