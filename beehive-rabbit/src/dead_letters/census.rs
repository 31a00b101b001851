//! Which dead letters were seen in one look, and which of them are copies. Pure.

use std::collections::HashMap;

use jiff::Timestamp;
use lapin::types::DeliveryTag;

use super::place::{Identity, Place};

/// Which dead letters were seen in one look, without their bodies.
#[derive(Debug, Default)]
pub(super) struct Census {
    latest: HashMap<Identity, (Timestamp, DeliveryTag)>,
    superseded: Vec<DeliveryTag>,
}

/// What a dead letter is to those seen before it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sighting {
    /// No copy of it was seen.
    First,
    /// It is the later copy of one that stands here.
    Later(Place),
    /// It is the earlier copy of one that was seen.
    Earlier,
}

impl Census {
    pub(super) fn see(&mut self, place: &Place, tag: DeliveryTag) -> Sighting {
        let Some(seen) = self.latest.get_mut(&place.identity) else {
            self.latest
                .insert(place.identity.clone(), (place.time, tag));
            return Sighting::First;
        };
        if place.time < seen.0 {
            self.superseded.push(tag);
            return Sighting::Earlier;
        }
        let (time, older) = std::mem::replace(seen, (place.time, tag));
        self.superseded.push(older);
        Sighting::Later(Place {
            time,
            identity: place.identity.clone(),
        })
    }

    /// How many there are, each with its copies as one.
    pub(super) fn len(&self) -> usize {
        self.latest.len()
    }

    /// The copies that have a later one.
    pub(super) fn into_superseded(self) -> Vec<DeliveryTag> {
        self.superseded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(second: i64, id: &str) -> Place {
        Place {
            time: Timestamp::from_second(second).unwrap(),
            identity: Identity::new(id.parse().unwrap(), b"body"),
        }
    }

    #[test]
    fn of_two_copies_the_later_given_up_stays() {
        let mut census = Census::default();
        assert_eq!(census.see(&place(1, "a"), 1), Sighting::First);
        assert_eq!(census.see(&place(2, "b"), 2), Sighting::First);
        assert_eq!(
            census.see(&place(3, "a"), 3),
            Sighting::Later(place(1, "a"))
        );
        assert_eq!(census.see(&place(2, "a"), 4), Sighting::Earlier);
        assert_eq!(census.len(), 2);
        assert_eq!(census.into_superseded(), [1, 4]);
    }

    #[test]
    fn of_two_copies_of_one_time_the_later_seen_stays() {
        let mut census = Census::default();
        census.see(&place(1, "a"), 1);
        assert_eq!(
            census.see(&place(1, "a"), 2),
            Sighting::Later(place(1, "a"))
        );
        assert_eq!(census.into_superseded(), [1]);
    }

    #[test]
    fn the_same_id_with_another_body_is_another_dead_letter() {
        let mut census = Census::default();
        let other = Place {
            identity: Identity::new("a".parse().unwrap(), b"other"),
            ..place(1, "a")
        };
        census.see(&place(1, "a"), 1);
        assert_eq!(census.see(&other, 2), Sighting::First);
        assert!(census.into_superseded().is_empty());
    }
}
