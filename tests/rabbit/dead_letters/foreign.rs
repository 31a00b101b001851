//! Dead letters that beehive did not write.

use beehive_core::queue::{DeadLetterReason, EventQueue};
use beehive_rabbit::QueueType;
use beehive_tests::trials::{Outcome, Place, Trial, eventually};
use lapin::BasicProperties;
use libtest_mimic::Failed;

use super::graveyard::{event, record};
use super::redriving::fast;
use super::{Graveyard, raw, shared};

pub(super) fn trials() -> Vec<Trial> {
    [
        shared("undecodable_comes_back_as_it_was", undecodable),
        shared("what_the_broker_gave_up", what_the_broker_gave_up),
        shared("another_programs_messages", another_programs_messages),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const BODY: &[u8] = b"\x00\xff not an event \xfe";

fn foreign() -> BasicProperties {
    let properties = BasicProperties::default()
        .with_content_type("application/x-other".into())
        .with_correlation_id("7".into())
        .with_delivery_mode(2);
    raw::with_header(properties, "x-their-own", "kept")
}

async fn undecodable(place: Place, kind: QueueType) -> Outcome {
    let yard = Graveyard::shared(place, kind).await?;
    let message = (foreign(), BODY.to_vec());
    raw::publish(&yard.client.channel, &yard.live(), [message]).await?;
    let lease = yard.lease().await?;
    assert!(lease.defect().is_some());
    let mut why = record("cannot be read");
    why.reason = DeadLetterReason::Undecodable;
    lease.dead_letter(&why).await?;

    let letter = yard.all(10).await?.pop().ok_or("no dead letter")?;
    assert_eq!(letter.record, why);
    assert_eq!(letter.event.data().as_ref(), BODY);
    yard.letters()
        .redrive(&yard.name, letter.event.id())
        .await?;
    let back = raw::take(&yard.client.channel, &yard.live()).await?;
    let back = back.ok_or("it did not come back")?;
    assert_eq!(back.data, BODY);
    // What a quorum queue adds to each delivery.
    let back = raw::without_header(back.properties, "x-delivery-count");
    assert_eq!(back, foreign());
    yard.close().await
}

async fn what_the_broker_gave_up(place: Place, kind: QueueType) -> Outcome {
    let yard = Graveyard::shared(place, kind).await?;
    let event = event();
    yard.queue.publish(std::slice::from_ref(&event)).await?;
    let channel = yard.channel().await?;
    raw::reject(&channel, &yard.live()).await?;
    let soon = std::time::Duration::from_secs(30);
    eventually("the dead letter", soon, || async {
        let count = yard.letters().count(&yard.name).await?;
        Ok::<_, Failed>((count == 1).then_some(()))
    })
    .await?;
    for _ in 0..3 {
        let letter = yard.letters().get(&yard.name, event.id()).await?;
        assert_eq!(letter.event, event);
        let why = letter.record.errors.join(" ");
        assert!(why.contains("rejected"), "{why}");
        // Looking is no attempt.
        assert_eq!(letter.record.attempts, 0, "{:?}", letter.record);
    }
    yard.letters().redrive(&yard.name, event.id()).await?;
    let lease = yard.lease().await?;
    assert_eq!((lease.event(), lease.attempt()), (&event, 1));
    lease.commit().await?;
    yard.close().await
}

/// Neither the same id nor the lack of one makes two messages one.
async fn another_programs_messages(place: Place, kind: QueueType) -> Outcome {
    let yard = Graveyard::shared(place, kind).await?;
    let bodies: Vec<Vec<u8>> = (0..6_u8).map(|byte| vec![byte; 3]).collect();
    let messages = bodies.iter().enumerate().map(|(position, body)| {
        let properties = if position < 3 {
            foreign()
        } else {
            foreign().with_message_id("always the same".into())
        };
        (properties, body.clone())
    });
    let messages: Vec<_> = messages.collect();
    raw::publish(&yard.client.channel, &yard.dead(), messages).await?;
    for _ in 0..2 {
        let letters = yard.all(2).await?;
        let mut seen: Vec<_> = letters.iter().map(|l| l.event.data().to_vec()).collect();
        seen.sort();
        assert_eq!(seen, bodies);
        assert!(
            letters
                .iter()
                .all(|letter| !letter.record.errors.is_empty())
        );
    }
    assert_eq!(yard.letters().count(&yard.name).await?, 6);
    let id = "always the same".parse()?;
    yard.letters().redrive(&yard.name, &id).await?;
    assert_eq!(yard.letters().count(&yard.name).await?, 3);
    assert_eq!(yard.letters().redrive_all(&yard.name, fast()).await?, 3);
    let mut back = Vec::new();
    while let Some(message) = raw::take(&yard.client.channel, &yard.live()).await? {
        back.push(message.data);
    }
    back.sort();
    assert_eq!(back, bodies);
    yard.close().await
}
