//! What SQS and SNS keep in order: messages of one group. Pure.

use std::fmt::Write as _;

use beehive_core::event::Event;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// The longest name of a group.
const LENGTH_MAX: usize = 128;

/// Among which messages one stands, where order is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) id: String,
    /// What makes two messages one to SQS, for five minutes: of the second only the confirmation is
    /// sent.
    pub(super) once: String,
}

impl Group {
    /// An event that is published: among those of its subject. One without a subject is alone.
    pub(super) fn of(event: &Event) -> Self {
        let once = hash(&event.id().to_string());
        let id = match event.subject() {
            Some(subject) => group(subject),
            None => format!("e-{once}"),
        };
        Self { id, once }
    }

    /// An event that is sent once more, which is no repetition.
    pub(super) fn of_copy(event: &Event, now: Timestamp) -> Self {
        let once = hash(&format!("{} {now}", event.id()));
        Self {
            once,
            ..Self::of(event)
        }
    }

    /// A dead letter: alone, so that all of them can be looked at.
    pub(super) fn of_dead_letter(event: &Event, now: Timestamp) -> Self {
        let Self { once, .. } = Self::of_copy(event, now);
        Self {
            id: format!("d-{once}"),
            once,
        }
    }
}

/// The subject itself where SQS takes it, else a hash of it.
fn group(subject: &str) -> String {
    let is_plain = subject.bytes().all(|byte| byte.is_ascii_graphic());
    if is_plain && subject.len() + 2 <= LENGTH_MAX {
        format!("s-{subject}")
    } else {
        format!("h-{}", hash(subject))
    }
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing into a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(subject: &str) -> Event {
        Event::new("A", "", "x").with_subject(subject)
    }

    #[test]
    fn events_of_one_subject_are_in_one_group_and_no_others() {
        let long = "x".repeat(200);
        let subjects = ["order-1", "order-2", "zwei W\u{f6}rter", "a b", &long];
        let groups: Vec<_> = subjects.iter().map(|s| Group::of(&event(s)).id).collect();
        for (group, subject) in groups.iter().zip(subjects) {
            assert_eq!(*group, Group::of(&event(subject)).id);
            assert!(group.len() <= LENGTH_MAX && group.bytes().all(|b| b.is_ascii_graphic()));
            assert_eq!(groups.iter().filter(|other| *other == group).count(), 1);
        }
        assert_eq!(groups[0], "s-order-1");
        let alone = || Group::of(&Event::new("A", "", "x")).id;
        assert_ne!(alone(), alone());
    }

    #[test]
    fn the_same_event_is_one_message_and_its_copies_are_others() {
        let event = event("order-1");
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(Group::of(&event), Group::of(&event));
        let copy = Group::of_copy(&event, now);
        assert_eq!(copy.id, Group::of(&event).id);
        assert_ne!(copy.once, Group::of(&event).once);
        assert_ne!(Group::of_dead_letter(&event, now).id, copy.id);
    }
}
