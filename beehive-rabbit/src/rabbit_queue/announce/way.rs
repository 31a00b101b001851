//! Which way an event goes. Pure.

use beehive_core::event::{DeliverAt, Event};
use beehive_core::queue::{QueueKind, QueueName};
use jiff::Timestamp;
use lapin::types::ShortString;

use crate::codec::Note;
use crate::topology::{Names, Route, delayed};

/// Where an event goes in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Destination<'a> {
    /// To all subscriptions of a topic, by the topic's word.
    Topic(&'a str),
    /// To one simple queue.
    Queue(&'a QueueName),
}

/// Which way an event goes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Way<'a> {
    pub(super) destination: Destination<'a>,
    /// Whether it goes there through the delays.
    pub(super) is_delayed: bool,
    pub(super) exchange: ShortString,
    pub(super) routing_key: ShortString,
    pub(super) note: Note,
}

impl<'a> Way<'a> {
    pub(super) fn of(names: &Names, event: &'a Event, now: Timestamp) -> Self {
        let destination = match event.destination() {
            None => Destination::Topic(event.event_type()),
            Some(name) if name.kind() == QueueKind::Topic => Destination::Topic(name.topic()),
            Some(name) => Destination::Queue(name),
        };
        let delay = event.delivers().delay(now);
        if delay.is_zero() {
            let (exchange, routing_key) = match destination {
                Destination::Topic(topic) => (names.exchange(topic), ShortString::default()),
                Destination::Queue(queue) => (ShortString::default(), names.queue(queue)),
            };
            return Self {
                destination,
                is_delayed: false,
                exchange,
                routing_key,
                note: Note::default(),
            };
        }
        let route = match destination {
            Destination::Topic(topic) => Route::Topic(topic),
            Destination::Queue(queue) => Route::Queue(queue),
        };
        let way = delayed(names, delay, route);
        let due = match event.delivers() {
            DeliverAt::At(time) => time,
            // Saturates at the end of time.
            _ => now.saturating_add(delay).unwrap_or(Timestamp::MAX),
        };
        Self {
            destination,
            is_delayed: true,
            exchange: way.exchange,
            routing_key: way.routing_key,
            note: Note {
                due: (!way.left.is_zero()).then_some(due),
                ..Note::default()
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_event_goes_to_its_destination_or_the_topic_named_like_its_type() {
        let names = Names::new("shop".parse().unwrap());
        let now = Timestamp::now();
        let event = Event::new("Order", "text/plain", "");
        let to = |name: &str| event.clone().with_destination(name.parse().unwrap());
        let past = now.checked_sub(Duration::from_secs(1)).unwrap();
        let cases = [
            (event.clone(), "shop.Order", ""),
            (to("Other-"), "shop.Other", ""),
            (to("Jobs-Jobs"), "", "shop.Jobs-Jobs"),
            (event.clone().deliver_at(past), "shop.Order", ""),
            (
                event.clone().deliver_after(Duration::ZERO),
                "shop.Order",
                "",
            ),
        ];
        for (event, exchange, routing_key) in cases {
            let way = Way::of(&names, &event, now);
            assert!(!way.is_delayed, "{way:?}");
            assert_eq!(way.exchange.as_str(), exchange);
            assert_eq!(way.routing_key.as_str(), routing_key);
            assert_eq!(way.note, Note::default());
        }
    }

    #[test]
    fn what_one_trip_through_the_delays_does_not_reach_is_noted() {
        let names = Names::new("shop".parse().unwrap());
        let now = Timestamp::now();
        let event = Event::new("Order", "text/plain", "");
        let day = Duration::from_hours(24);
        let near = Way::of(&names, &event.clone().deliver_after(day), now)
            .note
            .due;
        assert_eq!(near, None);
        let year = 365 * day;
        let due = now.checked_add(year).unwrap();
        for event in [
            event.clone().deliver_after(year),
            event.clone().deliver_at(due),
        ] {
            let way = Way::of(&names, &event, now);
            assert!(way.is_delayed);
            assert_eq!(way.note.due, Some(due));
        }
    }
}
