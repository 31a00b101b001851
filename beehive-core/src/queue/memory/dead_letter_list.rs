//! The dead letters of one subscription.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use crate::event::{Envelope, Event, EventId};
use crate::queue::{DeadLetter, DeadLetterRecord};

/// Dead letters in the order in which they came, found by event id.
#[derive(Debug, Default)]
pub(super) struct DeadLetterList {
    letters: BTreeMap<u64, (Arc<Envelope>, DeadLetterRecord)>,
    places: HashMap<EventId, u64>,
    next: u64,
}

impl DeadLetterList {
    /// Adds one; an event that is there already keeps its place and gets the later record.
    pub(super) fn insert(&mut self, envelope: Arc<Envelope>, record: DeadLetterRecord) {
        let place = *self.places.entry(envelope.id.clone()).or_insert_with(|| {
            self.next += 1;
            self.next
        });
        self.letters.insert(place, (envelope, record));
    }

    pub(super) fn len(&self) -> usize {
        self.letters.len()
    }

    pub(super) fn contains(&self, id: &EventId) -> bool {
        self.places.contains_key(id)
    }

    pub(super) fn get(&self, id: &EventId) -> Option<DeadLetter> {
        let letter = self.letters.get(self.places.get(id)?)?;
        Some(dead_letter(letter))
    }

    pub(super) fn remove(&mut self, id: &EventId) -> Option<Arc<Envelope>> {
        let place = self.places.remove(id)?;
        self.letters.remove(&place).map(|(envelope, _)| envelope)
    }

    /// Up to `limit` of those after the place `after`, and the place of the last one if more follow.
    /// Places are never used again, so what is removed meanwhile does not move the others.
    pub(super) fn page(&self, after: u64, limit: usize) -> (Vec<DeadLetter>, Option<u64>) {
        let mut rest = self
            .letters
            .range((Bound::Excluded(after), Bound::Unbounded));
        let mut last = after;
        let items = rest
            .by_ref()
            .take(limit)
            .map(|(place, letter)| {
                last = *place;
                dead_letter(letter)
            })
            .collect();
        (items, rest.next().is_some().then_some(last))
    }

    /// Deletes them all, and says how many.
    pub(super) fn clear(&mut self) -> usize {
        let count = self.letters.len();
        self.letters = BTreeMap::new();
        self.places = HashMap::new();
        count
    }
}

fn dead_letter((envelope, record): &(Arc<Envelope>, DeadLetterRecord)) -> DeadLetter {
    DeadLetter {
        event: Event::from_shared(Arc::clone(envelope)),
        record: record.clone(),
    }
}
