//! Redriven dead letters come back, each to where it was.

use std::collections::BTreeSet;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use beehive_core::ErrorKind;
use beehive_core::queue::{EventQueue, ReceiverOptions, RedriveRate};
use beehive_rabbit::QueueType;
use beehive_tests::trials::{Outcome, Place, Trial};
use tokio::sync::Notify;

use super::graveyard::{assert_same, record};
use super::{Graveyard, raw, shared};

pub(super) fn trials() -> Vec<Trial> {
    [
        shared("many_are_redriven_in_order", many_are_redriven_in_order),
        shared("what_fails_again_ends_a_redrive", what_fails_again),
        shared("two_redrive_at_once", two_redrive_at_once),
        shared("others_look_during_a_redrive", others_look),
        shared("a_lost_queue_keeps_its_dead_letters", a_lost_queue),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub(super) fn fast() -> RedriveRate {
    RedriveRate::per_second(NonZeroU32::MAX)
}

async fn many_are_redriven_in_order(place: Place, kind: QueueType) -> Outcome {
    let yard = Graveyard::shared(place, kind).await?;
    let planted = yard.plant(3_000).await?;
    // A look before makes a quorum queue keep them elsewhere.
    assert_eq!(yard.ids(5_000).await?.len(), planted.len());
    let redriven = yard.letters().redrive_all(&yard.name, fast()).await?;
    assert_eq!(redriven, 3_000);
    assert_eq!(yard.letters().count(&yard.name).await?, 0);
    let alive = yard.alive().await?;
    let arrived: BTreeSet<_> = alive.iter().cloned().collect();
    assert_eq!(alive.len(), planted.len());
    assert!(arrived == planted.into_iter().collect());
    yard.close().await
}

/// An actor that gives everything up again, faster than it is redriven.
async fn what_fails_again(place: Place, kind: QueueType) -> Outcome {
    const COUNT: usize = 300;
    let yard = Graveyard::shared(place, kind).await?;
    let planted = yard.plant(COUNT).await?;
    let stop = Arc::new(Notify::new());
    let gone = {
        let (queue, name, stop) = (
            Arc::clone(&yard.queue),
            yard.name.clone(),
            Arc::clone(&stop),
        );
        tokio::spawn(async move {
            let many = NonZeroUsize::MIN.saturating_add(99);
            let options = ReceiverOptions::new(many, Duration::from_mins(1));
            let mut receiver = queue.receiver(&name, options).await?;
            loop {
                let leases = tokio::select! {
                    leases = receiver.receive(many, Duration::from_millis(200)) => leases?,
                    () = stop.notified() => return Ok(()) as Outcome,
                };
                for lease in leases {
                    lease.dead_letter(&record("again")).await?;
                }
            }
        })
    };
    let redriven = yard.letters().redrive_all(&yard.name, fast()).await?;
    assert_eq!(redriven, COUNT as u64);
    beehive_tests::trials::eventually("their return", Duration::from_mins(1), || async {
        let count = yard.letters().count(&yard.name).await?;
        Ok::<_, beehive_core::Error>((count == COUNT as u64).then_some(()))
    })
    .await?;
    stop.notify_one();
    gone.await??;
    let again = yard.all(1_000).await?;
    assert!(again.iter().all(|letter| letter.record == record("again")));
    let ids: BTreeSet<_> = super::graveyard::ids(&again).into_iter().collect();
    assert!(ids == planted.into_iter().collect());
    yard.close().await
}

/// Each dead letter is redriven by one of them.
async fn two_redrive_at_once(place: Place, kind: QueueType) -> Outcome {
    const COUNT: usize = 1_000;
    let yard = Graveyard::shared(place, kind).await?;
    let planted = yard.plant(COUNT).await?;
    let other = yard.neighbour().await?;
    let rate = RedriveRate::per_second(NonZeroU32::MIN.saturating_add(999));
    let (one, two) = tokio::join!(
        yard.letters().redrive_all(&yard.name, rate),
        other.dead_letters().redrive_all(&yard.name, rate),
    );
    assert_eq!(one? + two?, COUNT as u64);
    let alive = yard.alive().await?;
    assert_eq!(alive.len(), COUNT);
    let alive: BTreeSet<_> = alive.into_iter().collect();
    assert!(alive == planted.into_iter().collect());
    yard.close().await
}

/// A long redrive lets others look between.
async fn others_look(place: Place, kind: QueueType) -> Outcome {
    let yard = Graveyard::shared(place, kind).await?;
    yard.plant(600).await?;
    let other = yard.neighbour().await?;
    let rate = RedriveRate::per_second(NonZeroU32::MIN.saturating_add(99));
    let redriving = yard.letters().redrive_all(&yard.name, rate);
    let looking = async {
        let mut counts = Vec::new();
        loop {
            let count = other.dead_letters().count(&yard.name).await?;
            counts.push(count);
            if count == 0 {
                return Ok::<_, beehive_core::Error>(counts);
            }
        }
    };
    let (redriven, counts) = tokio::join!(redriving, looking);
    assert_eq!(redriven?, 600);
    let counts = counts?;
    let between = counts.iter().filter(|count| (1..600).contains(*count));
    assert!(between.count() > 0, "others saw only {counts:?}");
    assert!(counts.is_sorted_by(|one, next| one >= next), "{counts:?}");
    yard.close().await
}

async fn a_lost_queue(place: Place, kind: QueueType) -> Outcome {
    let yard = Graveyard::shared(place, kind).await?;
    let planted = yard.plant(5).await?;
    raw::delete(&yard.client.channel, &yard.live()).await?;
    let one = yard.letters().redrive(&yard.name, &planted[0]).await;
    assert_eq!(one.unwrap_err().kind(), ErrorKind::NotFound);
    let all = yard.letters().redrive_all(&yard.name, fast()).await;
    assert_eq!(all.unwrap_err().kind(), ErrorKind::NotFound);
    assert_same(&yard.ids(2).await?, &planted);
    yard.neighbour().await?.declare(&yard.name).await?;
    assert_eq!(yard.letters().redrive_all(&yard.name, fast()).await?, 5);
    assert_eq!(yard.alive().await?.len(), 5);
    yard.close().await
}
