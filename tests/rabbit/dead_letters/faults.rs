//! What dies in the middle of a look or a redrive loses nothing.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use beehive_core::event::EventId;
use beehive_core::page::PageRequest;
use beehive_core::queue::{EventQueue as _, RedriveRate};
use beehive_rabbit::QueueType;
use beehive_tests::proxy::Proxy;
use beehive_tests::services::{Broker, BrokerOptions, shared_broker};
use beehive_tests::trials::{Outcome, Place, Trial, eventually};
use libtest_mimic::Failed;

use super::graveyard::{assert_same, ids};
use super::redriving::fast;
use super::{Graveyard, private, raw, shared};

/// For a broker that starts, and finds out who is gone.
const RECOVERY: Duration = Duration::from_mins(2);
const COUNT: usize = 3_000;

pub(super) fn trials() -> Vec<Trial> {
    [
        shared("a_connection_lost_while_looking", lost_while_looking),
        shared("a_connection_lost_while_redriving", lost_while_redriving),
        shared("a_queue_deleted_while_looking", deleted_while_looking),
        private("a_killed_broker_loses_none", a_killed_broker),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Slow enough to be interrupted.
fn steady() -> RedriveRate {
    RedriveRate::per_second(NonZeroU32::MIN.saturating_add(999))
}

/// All of them, as soon as the broker is there again and has taken them back.
async fn listed(yard: &Graveyard) -> Result<Vec<EventId>, Failed> {
    eventually("a look at all", RECOVERY, || async {
        let page = PageRequest::first(COUNT);
        match yard.letters().list(&yard.name, &page).await {
            Ok(page) => Ok(Some(ids(&page.items))),
            Err(error) if error.is_temporary() => Ok::<_, Failed>(None),
            Err(error) => Err(error.into()),
        }
    })
    .await
}

/// Waits until all connections are there again: a look needs one of them, a redrive another, and who
/// publishes does not wait for it as long as a broker takes to start.
async fn connected(yard: &Graveyard) -> Outcome {
    eventually("all connections", RECOVERY, || async {
        Ok::<_, Failed>(yard.queue.health().is_up().then_some(()))
    })
    .await
}

/// Waits until the broker has taken back what was held when it died: a quorum queue does that consumer
/// by consumer, and who looks meanwhile sees a part. What is redriven and still dead counts twice.
async fn taken_back(yard: &Graveyard) -> Outcome {
    eventually("all dead letters", RECOVERY, || async {
        let (dead, _) = raw::count(&yard.client.channel, &yard.dead()).await?;
        let (live, _) = raw::count(&yard.client.channel, &yard.live()).await?;
        let all = usize::try_from(dead.saturating_add(live))?;
        Ok::<_, Failed>((all >= COUNT).then_some(()))
    })
    .await
}

async fn lost_while_looking(place: Place, kind: QueueType) -> Outcome {
    let url = shared_broker().ok_or("no shared broker")?;
    let (proxy, through) = Proxy::in_front_of(&url).await?;
    let yard = Graveyard::open(place, kind, &url, &through).await?;
    let planted = yard.plant(COUNT).await?;
    let before = proxy.counts().bytes_from_service;
    for part in [20_000, 200_000, 500_000] {
        let reached = before + part;
        let page = PageRequest::first(10);
        let (page, ()) = tokio::join!(yard.letters().list(&yard.name, &page), async {
            proxy
                .until(|counts| counts.bytes_from_service >= reached)
                .await;
            proxy.reset_all();
        });
        // The last bytes may have been those of a whole look.
        if let Err(error) = page {
            assert!(error.is_temporary(), "{error}");
        }
        assert_same(&listed(&yard).await?, &planted);
    }
    yard.close().await
}

async fn lost_while_redriving(place: Place, kind: QueueType) -> Outcome {
    let url = shared_broker().ok_or("no shared broker")?;
    let (proxy, through) = Proxy::in_front_of(&url).await?;
    let yard = Graveyard::open(place, kind, &url, &through).await?;
    let planted = yard.plant(COUNT).await?;
    let before = proxy.counts().bytes_from_clients;
    let (redriven, ()) = tokio::join!(yard.letters().redrive_all(&yard.name, steady()), async {
        proxy
            .until(|counts| counts.bytes_from_clients >= before + 300_000)
            .await;
        proxy.reset_all();
    });
    let error = redriven.unwrap_err();
    assert!(error.is_temporary(), "{error}");
    all_somewhere(&yard, &planted).await?;
    yard.close().await
}

/// Each dead letter is in its queue, or still dead, or both; and what is left can be redriven.
async fn all_somewhere(yard: &Graveyard, planted: &[EventId]) -> Outcome {
    connected(yard).await?;
    taken_back(yard).await?;
    let left = listed(yard).await?;
    assert!(!left.is_empty(), "everything was redriven before");
    let position = |id: &EventId| planted.iter().position(|one| one == id);
    assert!(left.iter().map(position).is_sorted(), "reordered");
    assert_eq!(
        yard.letters().redrive_all(&yard.name, fast()).await?,
        left.len() as u64
    );
    let alive = yard.alive().await?;
    let arrived: BTreeSet<_> = alive.iter().cloned().collect();
    assert!(arrived == planted.iter().cloned().collect(), "lost");
    assert!(alive.len() < planted.len() + 1_000, "redriven twice");
    Ok(())
}

async fn deleted_while_looking(place: Place, kind: QueueType) -> Outcome {
    let yard = Graveyard::shared(place, kind).await?;
    yard.plant(COUNT).await?;
    let channel = yard.channel().await?;
    let page = PageRequest::first(10);
    let (page, deleted) = tokio::join!(yard.letters().list(&yard.name, &page), async {
        eventually("a look", RECOVERY, || async {
            let (_, consumers) = raw::count(&channel, &yard.dead()).await?;
            Ok::<_, Failed>((consumers > 0).then_some(()))
        })
        .await?;
        raw::delete(&channel, &yard.dead()).await
    });
    deleted?;
    if let Err(error) = page {
        assert!(error.is_temporary(), "{error}");
    }
    assert_eq!(yard.letters().count(&yard.name).await?, 0);
    yard.close().await
}

async fn a_killed_broker(place: Place, kind: QueueType) -> Outcome {
    let broker = Broker::start(BrokerOptions::default()).await?;
    let mut yard = Graveyard::open(place, kind, broker.url(), broker.url()).await?;
    broker.flush_declarations().await?;
    let planted = yard.plant(COUNT).await?;

    // In the middle of looks.
    let (looked, killed) = tokio::join!(
        async {
            loop {
                let page = PageRequest::first(10);
                if let Err(error) = yard.letters().list(&yard.name, &page).await {
                    return error;
                }
            }
        },
        async {
            eventually("a look", RECOVERY, || async {
                let (_, consumers) = raw::count(&yard.client.channel, &yard.dead()).await?;
                Ok::<_, Failed>((consumers > 0).then_some(()))
            })
            .await?;
            broker.kill().await?;
            broker.start_again().await?;
            Ok::<_, Failed>(())
        }
    );
    killed?;
    assert!(looked.is_temporary(), "{looked}");
    yard.look_again().await?;
    taken_back(&yard).await?;
    assert_same(&listed(&yard).await?, &planted);

    // In the middle of a redrive.
    connected(&yard).await?;
    let mut redriving = yard.letters().redrive_all(&yard.name, steady());
    tokio::select! {
        ended = &mut redriving => return Err(format!("the redrive ended: {ended:?}").into()),
        begun = eventually("a redriven event", RECOVERY, || async {
            let (ready, _) = raw::count(&yard.client.channel, &yard.live()).await?;
            Ok::<_, Failed>((ready > 0).then_some(()))
        }) => begun?,
    }
    let (redriven, killed) = tokio::join!(redriving, async {
        broker.kill().await?;
        broker.start_again().await?;
        Ok::<_, Failed>(())
    });
    killed?;
    let error = redriven.unwrap_err();
    assert!(error.is_temporary(), "{error}");
    yard.look_again().await?;
    all_somewhere(&yard, &planted).await?;
    yard.close().await
}
