//! The state of one subscription or simple queue, as a pure machine.
//!
//! An event is waiting, leased, delayed or a dead letter, and in no two of these. Every change
//! takes the time as an argument; nothing here reads a clock, waits or wakes anybody.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::census::Census;
use super::dead_letter_list::DeadLetterList;
use super::lease_table::{LeaseTable, Token};
use super::quota::Quota;
use super::subjects::Subjects;
use crate::event::{Envelope, EventId};
use crate::queue::{DeadLetterRecord, FailureHistory, Order};

/// An event, and what its queue knows about it. Small, since a million of them may wait.
#[derive(Debug)]
pub(super) struct Entry {
    envelope: Arc<Envelope>,
    /// Its place in the queue: events that are handed back go where they came from.
    position: u64,
    /// Attempts that count, without the current one.
    attempts: u32,
    /// What the last deferral noted; most events are never deferred.
    history: Option<Box<FailureHistory>>,
}

/// An entry that can be received later.
#[derive(Debug)]
struct Delayed {
    due: Instant,
    entry: Entry,
}

impl Ord for Delayed {
    /// The next one due is the greatest, because the heap gives out the greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |delayed: &Self| (delayed.due, delayed.entry.position);
        key(other).cmp(&key(self))
    }
}

impl PartialOrd for Delayed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Delayed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Delayed {}

/// One delivery, from which a lease is made.
#[derive(Debug)]
pub(super) struct Delivered {
    pub(super) token: Token,
    pub(super) envelope: Arc<Envelope>,
    pub(super) attempt: u32,
    pub(super) history: FailureHistory,
    pub(super) deadline: Instant,
}

/// The lease expired or was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lost;

/// As many events wait as may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

/// The events of one subscription.
#[derive(Debug)]
pub(super) struct Subscription {
    capacity: usize,
    /// Sorted by position.
    waiting: VecDeque<Entry>,
    delayed: BinaryHeap<Delayed>,
    leases: LeaseTable,
    dead: DeadLetterList,
    /// Where order is kept by subject: what waits for another of its own, and when it is due.
    subjects: Option<Subjects<(Entry, Option<Instant>)>>,
    positions: u64,
}

impl Subscription {
    pub(super) fn new(capacity: usize, order: Order) -> Self {
        Self {
            capacity,
            waiting: VecDeque::new(),
            delayed: BinaryHeap::new(),
            leases: LeaseTable::default(),
            dead: DeadLetterList::default(),
            subjects: match order {
                Order::Any => None,
                Order::BySubject => Some(Subjects::default()),
            },
            positions: 0,
        }
    }

    /// Adds an event, to be received from `due` on if that is given.
    pub(super) fn publish(
        &mut self,
        envelope: &Arc<Envelope>,
        due: Option<Instant>,
    ) -> Result<(), Full> {
        if self.waiting.len() + self.held() + self.delayed.len() >= self.capacity {
            return Err(Full);
        }
        let entry = Entry {
            envelope: Arc::clone(envelope),
            position: self.next_position(),
            attempts: 0,
            history: None,
        };
        self.admit(entry, due);
        Ok(())
    }

    /// Brings the state to the present: what is due waits, what has expired waits again.
    pub(super) fn advance(&mut self, now: Instant) {
        for mut leased in self.leases.expire(now) {
            leased.entry.attempts = leased.entry.attempts.saturating_add(1);
            self.hand_back(leased.entry);
        }
        while self.delayed.peek().is_some_and(|first| first.due <= now) {
            let Some(Delayed { mut entry, .. }) = self.delayed.pop() else {
                break;
            };
            // It queues up anew, behind what waits already.
            entry.position = self.next_position();
            self.waiting.push_back(entry);
        }
        if self.delayed.is_empty() && self.delayed.capacity() > ENTRIES_KEPT {
            self.delayed = BinaryHeap::new();
        }
    }

    /// Leases up to `max` waiting events, as far as the quota goes.
    pub(super) fn lease(
        &mut self,
        max: usize,
        quota: &Arc<Quota>,
        now: Instant,
        duration: Duration,
    ) -> Vec<Delivered> {
        let count = max.min(quota.room()).min(self.waiting.len());
        let deadline = later(now, duration);
        let mut delivered = Vec::with_capacity(count);
        for entry in self.waiting.drain(..count) {
            let envelope = Arc::clone(&entry.envelope);
            let attempt = entry.attempts.saturating_add(1);
            let history = entry.history.as_deref().copied().unwrap_or_default();
            delivered.push(Delivered {
                token: self.leases.insert(entry, deadline, quota),
                envelope,
                attempt,
                history,
                deadline,
            });
        }
        shrink(&mut self.waiting);
        delivered
    }

    pub(super) fn extend(
        &mut self,
        token: Token,
        now: Instant,
        duration: Duration,
    ) -> Result<Instant, Lost> {
        self.advance(now);
        let deadline = later(now, duration);
        self.leases.extend(token, deadline).ok_or(Lost)?;
        Ok(deadline)
    }

    /// Gives out the entry, so that it can be freed outside of any lock.
    pub(super) fn commit(&mut self, token: Token, now: Instant) -> Result<Entry, Lost> {
        let entry = self.take(token, now)?;
        self.next_of(&entry.envelope, now);
        Ok(entry)
    }

    pub(super) fn abandon(&mut self, token: Token, now: Instant) -> Result<(), Lost> {
        let entry = self.take(token, now)?;
        self.hand_back(entry);
        Ok(())
    }

    pub(super) fn defer(
        &mut self,
        token: Token,
        now: Instant,
        delay: Duration,
        history: FailureHistory,
    ) -> Result<(), Lost> {
        let mut entry = self.take(token, now)?;
        entry.attempts = history.attempts;
        entry.history = Some(Box::new(history));
        let due = later(now, delay);
        self.delayed.push(Delayed { due, entry });
        // Without a delay it is due already.
        self.advance(now);
        Ok(())
    }

    /// As many dead letters are kept as events may wait; the lease on one too many stays as it is. A
    /// copy of one that is kept already is none too many.
    pub(super) fn dead_letter(
        &mut self,
        token: Token,
        now: Instant,
        record: &DeadLetterRecord,
    ) -> Result<Result<(), Full>, Lost> {
        self.advance(now);
        let leased = self.leases.entry(token);
        let is_new = leased.is_some_and(|entry| !self.dead.contains(&entry.envelope.id));
        if is_new && self.dead.len() >= self.capacity {
            return Ok(Err(Full));
        }
        let entry = self.take(token, now)?;
        self.next_of(&entry.envelope, now);
        self.dead.insert(entry.envelope, record.clone());
        Ok(Ok(()))
    }

    /// Returns a dead letter to the queue as a new event, even a full one, since it is no larger
    /// in all afterwards; says whether there was one.
    pub(super) fn redrive(&mut self, id: &EventId) -> bool {
        let Some(envelope) = self.dead.remove(id) else {
            return false;
        };
        let entry = Entry {
            envelope,
            position: self.next_position(),
            attempts: 0,
            history: None,
        };
        self.admit(entry, None);
        true
    }

    pub(super) fn dead(&self) -> &DeadLetterList {
        &self.dead
    }

    /// Deletes the dead letters, and says how many there were.
    pub(super) fn purge(&mut self) -> usize {
        self.dead.clear()
    }

    /// Deletes everything.
    pub(super) fn clear(&mut self) {
        self.waiting = VecDeque::new();
        self.delayed = BinaryHeap::new();
        self.leases.clear();
        self.dead.clear();
        if let Some(subjects) = &mut self.subjects {
            subjects.clear();
        }
    }

    /// How many events can be received, as of the last [`advance`](Self::advance).
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Nothing becomes receivable by itself before this time, and nothing ever if there is none.
    pub(super) fn next_change(&self) -> Option<Instant> {
        let due = self.delayed.peek().map(|delayed| delayed.due);
        match (self.leases.earliest(), due) {
            (Some(expiry), Some(due)) => Some(expiry.min(due)),
            (expiry, due) => expiry.or(due),
        }
    }

    pub(super) fn census(&self) -> Census {
        Census {
            waiting: self.waiting.len() + self.held(),
            leased: self.leases.len(),
            delayed: self.delayed.len(),
            dead_lettered: self.dead.len(),
        }
    }

    /// In which order it delivers.
    pub(super) fn order(&self) -> Order {
        match self.subjects {
            None => Order::Any,
            Some(_) => Order::BySubject,
        }
    }

    /// How many wait for another of their subject.
    fn held(&self) -> usize {
        self.subjects.as_ref().map_or(0, Subjects::len)
    }

    /// Lets a new entry in, unless another of its subject comes first.
    fn admit(&mut self, entry: Entry, due: Option<Instant>) {
        let admitted = match &mut self.subjects {
            None => Some((entry, due)),
            Some(subjects) => match entry.envelope.subject.clone() {
                None => Some((entry, due)),
                Some(subject) => subjects.enter(&subject, (entry, due)),
            },
        };
        match admitted {
            None => {}
            Some((entry, None)) => self.waiting.push_back(entry),
            Some((entry, Some(due))) => self.delayed.push(Delayed { due, entry }),
        }
    }

    /// Lets in what waits for an event that is gone now.
    fn next_of(&mut self, gone: &Envelope, now: Instant) {
        let (Some(subjects), Some(subject)) = (&mut self.subjects, &gone.subject) else {
            return;
        };
        match subjects.leave(subject) {
            None => {}
            Some((entry, Some(due))) if due > now => self.delayed.push(Delayed { due, entry }),
            Some((entry, _)) => self.hand_back(entry),
        }
    }

    fn take(&mut self, token: Token, now: Instant) -> Result<Entry, Lost> {
        // Afterwards no lease in the table is expired.
        self.advance(now);
        Ok(self.leases.remove(token).ok_or(Lost)?.entry)
    }

    /// Puts an entry back where it came from: before all that was never taken.
    fn hand_back(&mut self, entry: Entry) {
        let place = self
            .waiting
            .partition_point(|waiting| waiting.position < entry.position);
        self.waiting.insert(place, entry);
    }

    fn next_position(&mut self) -> u64 {
        self.positions += 1;
        self.positions
    }
}

/// A queue of this capacity is not worth shrinking.
const ENTRIES_KEPT: usize = 1_024;

/// Gives back the memory of a burst. What stays is twice of what is needed, so that this happens
/// again only after half of that is taken, and costs next to nothing per event.
fn shrink(waiting: &mut VecDeque<Entry>) {
    let capacity = waiting.capacity();
    if capacity > ENTRIES_KEPT && waiting.len() < capacity / 4 {
        waiting.shrink_to(ENTRIES_KEPT.max(2 * waiting.len()));
    }
}

/// The time so much later; durations beyond the clock's range are as good as for ever.
pub(super) fn later(now: Instant, duration: Duration) -> Instant {
    /// A hundred years.
    const FOR_EVER: Duration = Duration::from_hours(100 * 365 * 24);
    now + duration.min(FOR_EVER)
}

#[cfg(test)]
mod tests;
