//! Events come out as they went in.

use jiff::{SignedDuration, Timestamp};

use super::super::{Case, Outcome, check_eq};
use super::{QueueFixture, case};
use crate::event::{Event, EventId, TraceContext, to_cloudevent};

/// Text that breaks careless encodings: several scripts, an emoji, quotes, separators, a percent
/// sign. No control characters, which `CloudEvents` allows in the data alone.
const UNICODE: &str = "Bienenkönigin 蜂 пчела نحلة \u{1f41d} \"'\\ a,b;c=d %20";

pub(super) fn cases() -> Vec<Case<QueueFixture>> {
    vec![
        case!(
            bodies::every_field_survives,
            "every field of an event comes out as it went in"
        ),
        case!(
            bodies::a_bare_event_gains_nothing,
            "an event with nothing but what it must have comes out with no more"
        ),
        case!(bodies::an_empty_body_survives, "an empty body stays one"),
        case!(
            bodies::the_largest_body_survives,
            "a body of exactly the largest size is delivered byte for byte"
        ),
        case!(bodies::every_byte_survives, "a body may hold any bytes"),
        case!(
            bodies::unicode_survives,
            "text in any script survives in the body and in every field that takes it"
        ),
        case!(
            bodies::as_many_properties_as_allowed_survive,
            "an event with as many properties as the limits allow keeps them all"
        ),
        case!(
            bodies::an_event_survives_a_dead_letter_and_redelivery,
            "an event is the same when it is delivered again"
        ),
    ]
}

fn full(fixture: &QueueFixture) -> Event {
    let root = EventId::new();
    let trace = TraceContext::root(&root).with_state("vendor=bee,other=1");
    fixture
        .event("Flower", "{\"nectar\":1}")
        .with_source("https://example.org/meadow?x=1")
        .with_time(Timestamp::UNIX_EPOCH + SignedDuration::from_millis(1_700_000_000_123))
        .with_subject("order-4711/é")
        .with_body_url("https://bucket.example/key with space")
        .with_correlation_id(root.clone())
        .with_causation_id(root)
        .with_trace(trace)
        .with_property("tenant", "blue")
        .with_property("empty1", "")
        // An id of another system is kept to the letter.
        .with_id(
            "Order#4711 \u{1f41d}"
                .parse()
                .unwrap_or_else(|_| EventId::new()),
        )
}

/// Publishes an event and compares what arrives.
async fn round_trip(fixture: QueueFixture, event: Event) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    fixture.push(&event).await?;
    let lease = bee.one().await?;
    check_same(lease.event(), &event)?;
    lease.commit().await?;
    bee.nothing("the event was committed").await
}

fn check_same(came: &Event, sent: &Event) -> Outcome {
    let attributes = |event: &Event| {
        let mut attributes = to_cloudevent(event, event.time());
        attributes.sort();
        attributes
    };
    check_eq!(attributes(came), attributes(sent), "the attributes");
    check_eq!(came.data().len(), sent.data().len(), "the body's size");
    // Not the bodies themselves, which may be large.
    check_eq!(came.data() == sent.data(), true, "whether the bodies agree");
    Ok(())
}

async fn every_field_survives(fixture: QueueFixture) -> Outcome {
    let event = full(&fixture);
    round_trip(fixture, event).await
}

async fn a_bare_event_gains_nothing(fixture: QueueFixture) -> Outcome {
    let event = fixture.flower();
    round_trip(fixture, event).await
}

async fn an_empty_body_survives(fixture: QueueFixture) -> Outcome {
    let event = fixture.event("Flower", "");
    round_trip(fixture, event).await
}

async fn the_largest_body_survives(fixture: QueueFixture) -> Outcome {
    let max = fixture.capabilities().limits.body_max();
    let body: Vec<u8> = (b'a'..=b'z').cycle().take(max).collect();
    let event = fixture.event("Flower", body);
    round_trip(fixture, event).await
}

async fn every_byte_survives(fixture: QueueFixture) -> Outcome {
    let body: Vec<u8> = (0..=u8::MAX).chain((0..=u8::MAX).rev()).collect();
    let event = fixture.event("Flower", body);
    round_trip(fixture, event).await
}

async fn unicode_survives(fixture: QueueFixture) -> Outcome {
    let event = fixture
        .event("Flower", format!("{UNICODE}\r\n\0"))
        .with_source(UNICODE)
        .with_subject(UNICODE)
        .with_property("meadow", UNICODE);
    round_trip(fixture, event).await
}

async fn as_many_properties_as_allowed_survive(fixture: QueueFixture) -> Outcome {
    let count = fixture.capabilities().limits.headers_max();
    let event = (0..count).fold(fixture.flower(), |event, number| {
        event.with_property(format!("property{number}"), number.to_string())
    });
    round_trip(fixture, event).await
}

async fn an_event_survives_a_dead_letter_and_redelivery(fixture: QueueFixture) -> Outcome {
    let event = full(&fixture);
    let (name, mut bee) = fixture.bee().await?;
    fixture.push(&event).await?;
    drop(bee.one().await?);
    fixture.outlive_leases().await;
    let lease = bee.one().await?;
    check_same(lease.event(), &event)?;
    if !fixture.capabilities().dead_letters {
        return Ok(());
    }
    lease.dead_letter(&super::fixture::record("wilted")).await?;
    let dead_letters = fixture.queue.dead_letters();
    let letter = dead_letters.get(&name, event.id()).await?;
    check_same(&letter.event, &event)?;
    dead_letters.redrive(&name, event.id()).await?;
    check_same(bee.one().await?.event(), &event)?;
    Ok(())
}
