//! Which leases a process holds, and which of them stands behind what it announces.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use beehive_core::event::{Event, EventId};
use beehive_core::queue::QueueName;

/// Where a lease is from, and what is kept of it.
type Held<T> = (QueueName, Weak<T>);

/// The leases of one process, each with what is kept of it for as long as it lives.
#[derive(Debug)]
pub(super) struct LeaseBook<T> {
    held: Mutex<HashMap<EventId, Vec<Held<T>>>>,
}

/// The leases behind an event.
#[derive(Debug)]
pub(super) enum Behind<T> {
    /// It follows from the event of this one, and its id derives from that.
    Derived(Arc<T>),
    /// It follows from the event of one of these, and its id was chosen.
    Chosen(Vec<Arc<T>>),
    /// It follows from nothing that is held here.
    Nothing,
}

impl<T> LeaseBook<T> {
    /// Remembers a lease on an event from there, until `kept` is dropped.
    pub(super) fn note(&self, event: &EventId, from: &QueueName, kept: &Arc<T>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, leases| {
            leases.retain(|(_, kept)| kept.strong_count() > 0);
            !leases.is_empty()
        });
        let leases = held.entry(event.clone()).or_default();
        leases.push((from.clone(), Arc::downgrade(kept)));
    }

    /// The leases that stand behind this event.
    pub(super) fn behind(&self, event: &Event) -> Behind<T> {
        /// More follow-ups of one event are taken for ones with ids that were chosen.
        const POSITIONS: u32 = 64;
        let Some(parent) = event.causation_id() else {
            return Behind::Nothing;
        };
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let leases = held.get(parent).map(Vec::as_slice).unwrap_or_default();
        let derives = |from: &QueueName| {
            (0..POSITIONS).any(|at| EventId::derive(parent, from, at) == *event.id())
        };
        let mut all = Vec::new();
        for (from, kept) in leases {
            let Some(kept) = kept.upgrade() else { continue };
            if derives(from) {
                return Behind::Derived(kept);
            }
            all.push(kept);
        }
        if all.is_empty() {
            return Behind::Nothing;
        }
        Behind::Chosen(all)
    }
}

impl<T> Default for LeaseBook<T> {
    fn default() -> Self {
        Self {
            held: Mutex::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow_up(parent: &EventId, id: EventId) -> Event {
        Event::new("Shipped", "text/plain", "")
            .with_id(id)
            .with_causation_id(parent.clone())
    }

    #[test]
    fn the_lease_behind_an_event_is_the_one_its_id_derives_from() {
        let (parent, other) = (EventId::new(), EventId::new());
        let [pay, count]: [QueueName; 2] =
            ["Order-Pay", "Order-Count"].map(|it| it.parse().unwrap());
        let book = LeaseBook::default();
        let (of_pay, of_count) = (Arc::new("pay"), Arc::new("count"));
        book.note(&parent, &count, &of_count);
        book.note(&parent, &pay, &of_pay);
        let derived = follow_up(&parent, EventId::derive(&parent, &pay, 3));
        assert!(matches!(book.behind(&derived), Behind::Derived(kept) if *kept == "pay"));
        let chosen = follow_up(&parent, EventId::new());
        assert!(matches!(book.behind(&chosen), Behind::Chosen(all) if all.len() == 2));
        let of_another = follow_up(&other, EventId::derive(&other, &pay, 0));
        assert!(matches!(book.behind(&of_another), Behind::Nothing));
        let root = Event::new("Order", "text/plain", "");
        assert!(matches!(book.behind(&root), Behind::Nothing));
        drop((of_pay, of_count));
        assert!(matches!(book.behind(&derived), Behind::Nothing));
    }
}
