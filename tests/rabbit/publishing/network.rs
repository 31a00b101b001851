//! Connections that break between an event and its confirm.

use std::time::Duration;

use beehive_core::queue::EventQueue;
use beehive_rabbit::RabbitConfig;
use beehive_tests::proxy::{Direction, Passage, Proxy};
use beehive_tests::services::shared_broker;
use beehive_tests::trials::{Outcome, Place, Trial, eventually, trial};
use libtest_mimic::Failed;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::Stage;
use super::stage::{event, events, ids};

/// How long the queue waits for a confirm here.
const CONFIRM: Duration = Duration::from_secs(3);
/// For what a busy machine adds.
const SOON: Duration = Duration::from_secs(20);

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial(
            "publishing::a_reset_before_the_confirm",
            a_reset_before_the_confirm,
        )
        .with_shared_broker(),
        trial(
            "publishing::a_confirm_that_never_comes",
            a_confirm_that_never_comes,
        )
        .with_shared_broker(),
        trial("publishing::nobody_to_connect_to", nobody_to_connect_to).with_shared_broker(),
    ]
}

/// A stage whose queue is behind a proxy, and has published something, so that all is open.
async fn behind_proxy(place: &Place) -> Result<(Stage, Proxy), Failed> {
    let url = shared_broker().ok_or("no shared broker")?;
    let (proxy, through) = Proxy::in_front_of(&url).await?;
    let quick = |config: RabbitConfig| config.with_confirm_timeout(CONFIRM);
    let stage = Stage::open(place, &url, &through, quick).await?;
    let name = stage.declare("Flower-Bee").await?;
    stage.queue.publish(&events("Flower", 8)).await?;
    assert_eq!(stage.take_all(&name).await?.len(), 8);
    Ok((stage, proxy))
}

async fn a_reset_before_the_confirm(place: Place) -> Outcome {
    let (stage, proxy) = behind_proxy(&place).await?;
    let name = "Flower-Bee".parse()?;
    let batch = events("Flower", 3);
    proxy.set(Direction::ToClient, Passage::Stalled);
    let publishing = tokio::spawn({
        let (queue, batch) = (std::sync::Arc::clone(&stage.queue), batch.clone());
        async move { queue.publish(&batch).await }
    });
    eventually("the broker having all", SOON, || async {
        let count = stage.count(&name).await?;
        Ok::<_, Failed>((count == 3).then_some(()))
    })
    .await?;
    let reset = Instant::now();
    proxy.reset_all();
    let Err(error) = publishing.await? else {
        return Err("it was confirmed without a confirm".into());
    };
    assert!(reset.elapsed() < CONFIRM, "the reset is told at once");
    assert_eq!(error.failures().len(), 3);
    assert!(error.is_temporary(), "{error}");
    // The broker holds them nevertheless; under the same ids that does no harm.
    proxy.set(Direction::ToClient, Passage::Open);
    eventually("publishing again", SOON, || async {
        Ok::<_, Failed>(stage.queue.publish(&batch).await.ok())
    })
    .await?;
    let arrived = stage.take_all(&name).await?;
    assert_eq!(arrived[..3], ids(&batch));
    assert_eq!(arrived[arrived.len() - 3..], ids(&batch));
    assert!(arrived.iter().all(|id| ids(&batch).contains(id)));
    Ok(())
}

async fn a_confirm_that_never_comes(place: Place) -> Outcome {
    let (stage, proxy) = behind_proxy(&place).await?;
    let name = "Flower-Bee".parse()?;
    proxy.set(Direction::ToClient, Passage::Stalled);
    let start = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..64 {
        let queue = std::sync::Arc::clone(&stage.queue);
        callers.spawn(async move { queue.publish(&[event("Flower")]).await });
    }
    // Each is told in time, those too that were never sent.
    while let Some(published) = timeout(2 * CONFIRM + SOON, callers.join_next()).await? {
        let Err(error) = published? else {
            return Err("it was confirmed without a confirm".into());
        };
        assert!(error.is_temporary(), "{error}");
        assert!(start.elapsed() >= CONFIRM.mul_f32(0.9), "{error}");
    }
    // The confirms come late, and are not taken for those of other events.
    proxy.set(Direction::ToClient, Passage::Open);
    let shipped = event("Shipped");
    let receipt = eventually("publishing again", SOON, || async {
        let batch = [event("Flower"), shipped.clone()];
        Ok::<_, Failed>(stage.queue.publish(&batch).await.ok())
    })
    .await?;
    assert_eq!(receipt.unrouted, [1]);
    assert!(stage.count(&name).await? > 0);
    Ok(())
}

async fn nobody_to_connect_to(place: Place) -> Outcome {
    let (stage, proxy) = behind_proxy(&place).await?;
    proxy.refuse().await?;
    proxy.reset_all();
    let mut callers = JoinSet::new();
    for _ in 0..64 {
        let queue = std::sync::Arc::clone(&stage.queue);
        callers.spawn(async move { queue.publish(&[event("Flower")]).await });
    }
    let mut failed = 0;
    while let Some(published) = timeout(CONFIRM + SOON, callers.join_next()).await? {
        let Err(error) = published? else {
            return Err("it was confirmed by nobody".into());
        };
        assert!(error.is_temporary(), "{error}");
        failed += 1;
    }
    assert_eq!(failed, 64);
    // A short outage is not even noticed.
    let publishing = tokio::spawn({
        let queue = std::sync::Arc::clone(&stage.queue);
        async move { queue.publish(&[event("Flower")]).await }
    });
    proxy.accept().await?;
    eventually("publishing again", SOON, || async {
        Ok::<_, Failed>(stage.queue.publish(&[event("Flower")]).await.ok())
    })
    .await?;
    // This one was under way meanwhile: confirmed, or told.
    if let Err(error) = publishing.await? {
        assert!(error.is_temporary(), "{error}");
    }
    Ok(())
}
