//! Messages that the driver itself cannot stand: other programs can write them, and the broker
//! passes them on.

use beehive_core::event::Event;
use beehive_core::queue::{EventQueue, Lease};
use beehive_tests::services::shared_broker;
use beehive_tests::trials::{Outcome, Place, Trial, trial};

use super::Stage;
use super::stage::record;
use crate::hostile::{Hostile, long, short};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("poison::a_message_that_ends_connections", unreadable_texts),
        trial("poison::a_message_that_ends_processes", nested_too_deep),
    ]
}

/// The headers of an event, and others.
fn table(id: &str, others: &[u8]) -> Vec<u8> {
    let attributes = [
        ("id", id),
        ("source", "shop"),
        ("specversion", "1.0"),
        ("type", "Flower"),
    ];
    let mut table = Vec::new();
    for (name, value) in attributes {
        table.extend(short(format!("cloudEvents:{name}").as_bytes()));
        table.push(b'S');
        table.extend(long(value.as_bytes()));
    }
    table.extend(others);
    long(&table)
}

/// So many arrays within each other, as a header's value.
fn nested(depth: usize) -> Vec<u8> {
    let mut value = Vec::new();
    for _ in 0..depth {
        value = [&b"A"[..], &long(&value)].concat();
    }
    value
}

/// What comes of poison and of sound events around it, on one connection that holds.
async fn survived(
    place: Place,
    poison: Vec<(&'static [u8], Vec<u8>)>,
) -> Result<Vec<Lease>, libtest_mimic::Failed> {
    let url = shared_broker().ok_or("no shared broker")?;
    let stage = Stage::shared(&place).await?;
    let mut bee = stage.bee(10).await?;
    let mut hostile = Hostile::connect(&url).await?;
    let exchange = stage.at_broker("Flower");
    for (routing_key, properties) in &poison {
        hostile
            .publish(&exchange, routing_key, properties, b"nectar")
            .await?;
    }
    let sound = Event::new("Flower", "text/plain", "nectar");
    stage.queue.publish(std::slice::from_ref(&sound)).await?;
    let mut leases = bee.take(poison.len() + 1).await?;
    let place = leases
        .iter()
        .position(|lease| lease.event().id() == sound.id());
    leases
        .remove(place.ok_or("the sound event did not come")?)
        .commit()
        .await?;
    for lease in &leases {
        assert_eq!(lease.event().data(), "nectar");
        // A connection that ended would have brought it once more.
        assert_eq!(lease.attempt(), 1);
    }
    leases.sort_by_key(|lease| lease.event().id().clone());
    // Giving it up, looking at it and returning it sends and reads it again.
    let letters = stage.queue.dead_letters();
    let buried = leases.pop().ok_or("nothing came")?;
    let id = buried.event().id().clone();
    buried.dead_letter(&record()).await?;
    assert_eq!(letters.get(&stage.bee, &id).await?.event.data(), "nectar");
    letters.redrive(&stage.bee, &id).await?;
    leases.push(bee.one().await?);
    assert_eq!(leases.last().map(|lease| lease.event().id()), Some(&id));
    Ok(leases)
}

async fn unreadable_texts(place: Place) -> Outcome {
    let leases = survived(
        place,
        vec![
            // Who sent it, in Latin-1; an event nevertheless.
            (
                b"",
                [&[0x20, 0x08][..], &table("1", b""), &short(b"caf\xe9")].concat(),
            ),
            // The name of a header.
            (
                b"",
                [&[0x20, 0][..], &table("2", b"\x02\xe9tt\x01")].concat(),
            ),
            // By which it was routed.
            (b"\xff\xfe", [&[0x20, 0][..], &table("3", b"")].concat()),
            // Which event it is: no event of ours, but something.
            (b"", [&[0, 0x80][..], &short(b"\xff\xfe")].concat()),
        ],
    )
    .await?;
    let read: Vec<_> = leases
        .iter()
        .map(|lease| (lease.event().id().to_string(), lease.defect().is_none()))
        .collect();
    let expected = [("1", true), ("2", true), ("3", true), ("??", false)];
    let expected = expected.map(|(id, is_sound)| (id.to_owned(), is_sound));
    let mut sorted = read.clone();
    sorted.sort();
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(sorted, expected);
    for lease in leases {
        lease.commit().await?;
    }
    Ok(())
}

async fn nested_too_deep(place: Place) -> Outcome {
    // More would not fit into a frame.
    let deep = [&short(b"deep")[..], &nested(25_000)].concat();
    let properties = [&[0x20, 0][..], &table("1", &deep)].concat();
    let leases = survived(place, vec![(b"", properties)]).await?;
    for lease in leases {
        assert!(lease.defect().is_none(), "{:?}", lease.defect());
        assert_eq!(lease.event().id().to_string(), "1");
        lease.commit().await?;
    }
    Ok(())
}
