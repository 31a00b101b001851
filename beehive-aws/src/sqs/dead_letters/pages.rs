//! What a look found, in order, each event once. Pure.

use std::collections::HashMap;

use beehive_core::Result;
use beehive_core::page::{Cursor, Page, PageRequest};

use super::letter::{Identity, Letter, Place};

/// The newest letter of each event, oldest first, and the others, which they replace.
pub(super) fn sort_out(letters: Vec<Letter>) -> (Vec<Letter>, Vec<Letter>) {
    let mut newest: HashMap<Identity, Letter> = HashMap::new();
    let mut superseded = Vec::new();
    for letter in letters {
        let identity = letter.identity();
        let Some(other) = newest.remove(&identity) else {
            newest.insert(identity, letter);
            continue;
        };
        let (older, newer) = if other.place.time <= letter.place.time {
            (other, letter)
        } else {
            (letter, other)
        };
        superseded.push(older);
        newest.insert(identity, newer);
    }
    let mut letters: Vec<_> = newest.into_values().collect();
    letters.sort_by(|a, b| a.place.cmp(&b.place));
    (letters, superseded)
}

/// The page that was asked for, of letters in order.
pub(super) fn page(letters: Vec<Letter>, request: &PageRequest) -> Result<Page<Letter>> {
    let from = match request.after() {
        Some(cursor) => Some(Place::from_cursor(cursor.as_str())?),
        None => None,
    };
    let mut rest = letters
        .into_iter()
        .filter(|letter| from.as_ref().is_none_or(|from| letter.place >= *from));
    let items = rest.by_ref().take(request.limit().get()).collect();
    let next = rest
        .next()
        .map(|letter| Cursor::new(letter.place.to_cursor()));
    Ok(Page { items, next })
}

#[cfg(test)]
mod tests {
    use beehive_core::event::Event;
    use jiff::Timestamp;

    use super::super::super::codec::{decode, encode};
    use super::*;

    fn letter(id: &str, second: i64) -> Letter {
        let time = Timestamp::from_second(second).unwrap();
        let event = Event::new("A", "", "x").with_id(id.parse().unwrap());
        let incoming = decode(encode(&event, time).unwrap());
        Letter::read(incoming, format!("{id}{second}"), time, 1)
    }

    fn receipts(letters: &[Letter]) -> Vec<&str> {
        letters
            .iter()
            .map(|letter| letter.receipt.as_str())
            .collect()
    }

    #[test]
    fn of_each_event_the_newest_counts() {
        for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 4, 0, 3, 1]] {
            let letters = order.map(|number| match number {
                0 => letter("a", 1),
                1 => letter("b", 2),
                2 => letter("a", 3),
                3 => letter("c", 2),
                _ => letter("a", 2),
            });
            let (newest, superseded) = sort_out(letters.into());
            assert_eq!(receipts(&newest), ["b2", "c2", "a3"], "{order:?}");
            let mut superseded = receipts(&superseded);
            superseded.sort_unstable();
            assert_eq!(superseded, ["a1", "a2"]);
        }
    }

    #[test]
    fn pages_go_on_where_the_last_one_ended_also_when_that_is_gone() {
        let all = || {
            (1..=5)
                .map(|second| letter("a", second))
                .collect::<Vec<_>>()
        };
        let first = page(all(), &PageRequest::first(2)).unwrap();
        let next = first.next.unwrap();
        let request = PageRequest::first(2).starting_at(next);
        let second = page(all(), &request).unwrap();
        assert_eq!(second.items.len(), 2);
        assert!(second.next.is_some());
        let without_third: Vec<_> = all().into_iter().filter(|l| l.receipt != "a3").collect();
        let second = page(without_third, &request).unwrap();
        assert_eq!(second.items.len(), 2);
        assert_eq!(second.next, None);
        let unknown = PageRequest::first(2).starting_at(Cursor::new("x"));
        assert!(page(all(), &unknown).is_err());
    }
}
