//! Turns what an actor answered into follow-ups of the event it took. Pure.

use smol_str::SmolStr;

use crate::event::{Event, EventId, IdOrigin};
use crate::queue::QueueName;

/// Gives each event its place in the process: id, correlation, causation, trace, hops, source.
pub(super) fn stamp(
    answered: Vec<Event>,
    parent: &Event,
    subscription: &QueueName,
    source: &SmolStr,
) -> Vec<Event> {
    let mut follow_ups = answered;
    for (position, event) in (0_u32..).zip(&mut follow_ups) {
        event.forget_delivery();
        let id = match event.id_origin() {
            IdOrigin::Given => EventId::derive(parent.id(), subscription, position),
            IdOrigin::Chosen => event.id().clone(),
            IdOrigin::Keyed(key) => {
                EventId::derive_keyed(parent.id(), subscription, event.event_type(), key)
            }
        };
        let envelope = event.envelope_mut();
        if envelope.correlation_id.is_none() {
            envelope.correlation_id = Some(parent.correlation_id().clone());
        }
        envelope.causation_id = Some(parent.id().clone());
        envelope.hops = parent.hops().saturating_add(1);
        envelope.source = source.clone();
        if let Some(trace) = parent.trace() {
            envelope.trace = Some(Box::new(trace.child(&id)));
        }
        envelope.id = id;
    }
    follow_ups
}

/// A mark that is equal, on any host and in any process, for runs that announced the same.
pub(super) fn fingerprint(follow_ups: &[Event]) -> u64 {
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    for event in follow_ups {
        hash.update(&event.id().seed());
        hash.update(event.event_type().as_bytes());
        hash.update(&event.data().len().to_be_bytes());
        hash.update(event.data());
    }
    hash.digest()
}

/// The types among the follow-ups that the actor does not declare.
pub(super) fn undeclared<'a>(
    follow_ups: &'a [Event],
    emits: &'a [SmolStr],
) -> impl Iterator<Item = &'a str> {
    follow_ups
        .iter()
        .map(Event::event_type)
        .filter(move |event_type| !emits.iter().any(|declared| declared == event_type))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::TraceContext;

    fn parent() -> Event {
        let event = Event::new("OrderAccepted", "text/plain", "");
        let trace = TraceContext::root(event.id());
        event.with_trace(trace)
    }

    fn stamped(answered: Vec<Event>, parent: &Event) -> Vec<Event> {
        let subscription = "OrderAccepted-Payment".parse().unwrap();
        stamp(
            answered,
            parent,
            &subscription,
            &SmolStr::new("shop/Payment"),
        )
    }

    #[test]
    fn a_second_run_announces_the_same_events() {
        let parent = parent();
        let answer = || {
            vec![
                Event::new("A", "text/plain", "1"),
                Event::new("A", "text/plain", "1"),
            ]
        };
        let (first, second) = (stamped(answer(), &parent), stamped(answer(), &parent));
        assert_eq!(first[0].id(), second[0].id());
        assert_eq!(first[1].id(), second[1].id());
        assert_ne!(first[0].id(), first[1].id());
        assert_eq!(fingerprint(&first), fingerprint(&second));
        assert_ne!(fingerprint(&first), fingerprint(&first[..1]));
    }

    #[test]
    fn a_keyed_event_is_the_same_wherever_it_stands() {
        let parent = parent();
        let keyed = || Event::new("A", "text/plain", "").with_key("order-1");
        let other = Event::new("A", "text/plain", "").with_key("order-2");
        let first = stamped(vec![keyed()], &parent);
        let second = stamped(vec![other, keyed()], &parent);
        assert_eq!(first[0].id(), second[1].id());
        assert_ne!(second[0].id(), second[1].id());
        let of_another_type = stamped(vec![keyed().with_type("B")], &parent);
        assert_ne!(of_another_type[0].id(), first[0].id());
    }

    #[test]
    fn a_chosen_id_is_kept() {
        let id = EventId::parse("order-4711-paid").unwrap();
        let event = Event::new("A", "text/plain", "").with_id(id.clone());
        assert_eq!(stamped(vec![event], &parent())[0].id(), &id);
    }

    #[test]
    fn follow_ups_take_their_place_in_the_process() {
        let root = parent();
        let child = stamped(vec![Event::new("A", "text/plain", "")], &root).remove(0);
        // An enricher answers with the event that it took.
        let grandchild = stamped(vec![child.clone()], &child).remove(0);
        assert_eq!(grandchild.correlation_id(), root.id());
        assert_eq!(grandchild.causation_id(), Some(child.id()));
        assert_eq!((child.hops(), grandchild.hops()), (1, 2));
        assert_eq!(grandchild.source(), "shop/Payment");
        assert_ne!(grandchild.id(), child.id());
        let trace = |event: &Event| event.trace().unwrap().traceparent();
        assert_eq!(trace(&grandchild)[..36], trace(&root)[..36]);
        assert_ne!(trace(&grandchild), trace(&child));
    }

    #[test]
    fn what_is_not_declared_is_found() {
        let events = [
            Event::new("A", "text/plain", ""),
            Event::new("B", "text/plain", ""),
        ];
        let emits = [SmolStr::new("A")];
        assert_eq!(undeclared(&events, &emits).collect::<Vec<_>>(), ["B"]);
    }
}
