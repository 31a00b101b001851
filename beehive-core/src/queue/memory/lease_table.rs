//! The events of one subscription that are leased now.

use std::sync::Arc;

use tokio::time::Instant;

use super::quota::Quota;
use super::subscription::Entry;

/// Names one delivery. Stays unique when its place in the table is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    slot: usize,
    delivery: u64,
}

/// One leased event.
#[derive(Debug)]
pub(super) struct Leased {
    pub(super) entry: Entry,
    deadline: Instant,
    delivery: u64,
    quota: Arc<Quota>,
}

/// Leased events by token.
///
/// There is no timer for each: `earliest` is never later than the first deadline, and the table is
/// only searched when that moment has passed. Most leases are settled long before, so that is once
/// per lease time rather than once per event.
#[derive(Debug, Default)]
pub(super) struct LeaseTable {
    slots: Vec<Option<Leased>>,
    free: Vec<usize>,
    len: usize,
    deliveries: u64,
    earliest: Option<Instant>,
}

/// More empty slots than this are given back to the allocator.
const SLOTS_KEPT: usize = 1_024;

impl LeaseTable {
    pub(super) fn insert(&mut self, entry: Entry, deadline: Instant, quota: &Arc<Quota>) -> Token {
        quota.take();
        self.deliveries += 1;
        self.len += 1;
        self.lower(deadline);
        let leased = Leased {
            entry,
            deadline,
            delivery: self.deliveries,
            quota: Arc::clone(quota),
        };
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        self.slots[slot] = Some(leased);
        Token {
            slot,
            delivery: self.deliveries,
        }
    }

    /// Takes out the lease, unless it is there no longer.
    pub(super) fn remove(&mut self, token: Token) -> Option<Leased> {
        let leased = self
            .slots
            .get_mut(token.slot)?
            .take_if(|leased| leased.delivery == token.delivery)?;
        leased.quota.give_back();
        self.len -= 1;
        self.free.push(token.slot);
        if self.len == 0 {
            self.forget_empty_slots();
        }
        Some(leased)
    }

    /// What is leased, if the lease is there.
    pub(super) fn entry(&self, token: Token) -> Option<&Entry> {
        let leased = self.slots.get(token.slot)?.as_ref();
        let leased = leased.filter(|leased| leased.delivery == token.delivery)?;
        Some(&leased.entry)
    }

    /// Moves the deadline, unless the lease is there no longer.
    pub(super) fn extend(&mut self, token: Token, deadline: Instant) -> Option<()> {
        let leased = self
            .slots
            .get_mut(token.slot)?
            .as_mut()
            .filter(|leased| leased.delivery == token.delivery)?;
        leased.deadline = deadline;
        self.lower(deadline);
        Some(())
    }

    /// Takes out every lease whose deadline has come.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<Leased> {
        if self.earliest.is_none_or(|earliest| now < earliest) {
            return Vec::new();
        }
        let mut expired = Vec::new();
        let mut earliest = None;
        for (place, slot) in self.slots.iter_mut().enumerate() {
            if let Some(leased) = slot.take_if(|leased| leased.deadline <= now) {
                leased.quota.give_back();
                self.len -= 1;
                self.free.push(place);
                expired.push(leased);
            } else if let Some(leased) = slot {
                earliest = Some(earliest.map_or(leased.deadline, |e| leased.deadline.min(e)));
            }
        }
        self.earliest = earliest;
        if self.len == 0 {
            self.forget_empty_slots();
        }
        expired
    }

    /// No lease expires before this; it may well be that none does then.
    pub(super) fn earliest(&self) -> Option<Instant> {
        self.earliest
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Forgets every lease: its subscription is gone.
    pub(super) fn clear(&mut self) {
        for leased in self.slots.iter().flatten() {
            leased.quota.give_back();
        }
        self.slots.clear();
        self.len = 0;
        self.forget_empty_slots();
    }

    fn lower(&mut self, deadline: Instant) {
        self.earliest = Some(self.earliest.map_or(deadline, |e| e.min(deadline)));
    }

    /// A table that was large once is searched whole on each expiry; make it small again.
    fn forget_empty_slots(&mut self) {
        self.earliest = None;
        if self.slots.len() > SLOTS_KEPT {
            self.slots = Vec::new();
            self.free = Vec::new();
        } else if self.slots.is_empty() {
            self.free.clear();
        }
    }
}
