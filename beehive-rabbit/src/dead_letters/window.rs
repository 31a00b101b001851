//! One page, out of dead letters in any order. Pure.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use beehive_core::page::{Page, PageRequest};
use beehive_core::{Result, queue::DeadLetter};

use super::place::Place;

/// The first dead letters from a place on: no more of them are kept than the page holds.
#[derive(Debug)]
pub(super) struct Window {
    from: Option<Place>,
    limit: NonZeroUsize,
    letters: BTreeMap<Place, DeadLetter>,
    /// The first that the page has no room for.
    next: Option<Place>,
}

impl Window {
    /// # Errors
    /// [`ErrorKind::Invalid`](beehive_core::ErrorKind::Invalid) if the cursor is not of this list.
    pub(super) fn new(page: &PageRequest) -> Result<Self> {
        Ok(Self {
            from: page.after().map(Place::from_cursor).transpose()?,
            limit: page.limit(),
            letters: BTreeMap::new(),
            next: None,
        })
    }

    pub(super) fn insert(&mut self, place: Place, letter: DeadLetter) {
        let is_before = self.from.as_ref().is_some_and(|from| place < *from);
        // Once the page was full, what stands behind its end stays out, also when there is room
        // again: something between may have been left out already.
        let is_behind = self.next.as_ref().is_some_and(|next| place >= *next);
        if is_before || is_behind {
            return;
        }
        self.letters.insert(place, letter);
        if self.letters.len() > self.limit.get() {
            self.next = self.letters.pop_last().map(|(place, _)| place);
        }
    }

    pub(super) fn remove(&mut self, place: &Place) {
        self.letters.remove(place);
    }

    pub(super) fn into_page(self) -> Page<DeadLetter> {
        Page {
            items: self.letters.into_values().collect(),
            next: self.next.map(|place| place.to_cursor()),
        }
    }
}

#[cfg(test)]
mod tests {
    use beehive_core::event::Event;
    use beehive_core::queue::{DeadLetterReason, DeadLetterRecord};
    use jiff::Timestamp;

    use super::super::place::Identity;
    use super::*;

    fn letter(second: i64) -> (Place, DeadLetter) {
        let id = format!("event-{second}");
        let time = Timestamp::from_second(second).unwrap();
        let letter = DeadLetter {
            event: Event::new("Topic", "text/plain", "body").with_id(id.parse().unwrap()),
            record: DeadLetterRecord {
                reason: DeadLetterReason::Terminal,
                errors: Vec::new(),
                attempts: 1,
                actor: String::new(),
                host: String::new(),
                first_failure: time,
                last_failure: time,
            },
        };
        let identity = Identity::new(id.parse().unwrap(), b"body");
        (Place { time, identity }, letter)
    }

    fn seconds(page: &Page<DeadLetter>) -> Vec<i64> {
        let of = |letter: &DeadLetter| letter.record.last_failure.as_second();
        page.items.iter().map(of).collect()
    }

    fn window(limit: usize, next: Option<&Page<DeadLetter>>, order: &[i64]) -> Window {
        let mut request = PageRequest::first(limit);
        if let Some(cursor) = next.and_then(|page| page.next.clone()) {
            request = request.starting_at(cursor);
        }
        let mut window = Window::new(&request).unwrap();
        for second in order {
            let (place, letter) = letter(*second);
            window.insert(place, letter);
        }
        window
    }

    #[test]
    fn pages_are_in_order_whatever_the_queues_order_is() {
        let first = window(2, None, &[5, 2, 4, 1, 3]).into_page();
        assert_eq!(seconds(&first), [1, 2]);
        let second = window(2, Some(&first), &[3, 1, 4, 5, 2]).into_page();
        assert_eq!(seconds(&second), [3, 4]);
        let third = window(2, Some(&second), &[1, 2, 3, 4, 5]).into_page();
        assert_eq!(seconds(&third), [5]);
        assert_eq!(third.next, None);
    }

    #[test]
    fn a_cursor_outlives_what_it_points_at() {
        let first = window(2, None, &[1, 2, 3, 4, 5]).into_page();
        let second = window(2, Some(&first), &[4, 5]).into_page();
        assert_eq!(seconds(&second), [4, 5]);
        assert_eq!(second.next, None);
    }

    #[test]
    fn what_makes_room_again_skips_nothing() {
        // 3 is left out, then 2 goes: 4 may not take its room.
        let mut window = window(2, None, &[1, 2, 3]);
        window.remove(&letter(2).0);
        let (place, four) = letter(4);
        window.insert(place, four);
        let page = window.into_page();
        assert_eq!(seconds(&page), [1]);
        let next = self::window(2, Some(&page), &[1, 3, 4]).into_page();
        assert_eq!(seconds(&next), [3, 4]);
    }
}
