//! Leases on a connection that is lost.

use std::sync::Arc;
use std::time::Duration;

use beehive_core::ErrorKind;
use beehive_core::queue::{EventQueue, FailureHistory};
use beehive_rabbit::RabbitQueue;
use beehive_tests::proxy::{Passage, Proxy};
use beehive_tests::services::shared_broker;
use beehive_tests::trials::{Outcome, Place, Trial, trial};
use libtest_mimic::Failed;
use tokio::time::timeout;

use super::Stage;
use super::stage::{LEASE, SOON, id_of, ids_of, record};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial(
            "receiving::a_lost_connection_is_a_lost_lease",
            a_lost_connection_is_a_lost_lease,
        )
        .with_shared_broker(),
        trial(
            "receiving::acks_never_take_what_is_leased",
            acks_never_take_what_is_leased,
        )
        .with_shared_broker(),
        trial("receiving::who_waits_is_told_why", who_waits_is_told_why).with_shared_broker(),
    ]
}

/// A stage whose queue is behind a proxy.
async fn behind_proxy(place: &Place) -> Result<(Stage, Proxy), Failed> {
    let url = shared_broker().ok_or("no shared broker")?;
    let (proxy, through) = Proxy::in_front_of(&url).await?;
    let stage = Stage::open(place, &through, |config| config).await?;
    Ok((stage, proxy))
}

/// F15: nothing can be settled, and everything comes again.
async fn a_lost_connection_is_a_lost_lease(place: Place) -> Outcome {
    a_lost_lease_is_not_settled(place, |queue| queue).await
}

/// Whoever settles a lease that went with its connection is told.
pub(crate) async fn a_lost_lease_is_not_settled(
    place: Place,
    change: impl FnOnce(Arc<dyn EventQueue>) -> Arc<dyn EventQueue>,
) -> Outcome {
    let (stage, proxy) = behind_proxy(&place).await?;
    let ids = stage.publish(8).await?;
    let queue = change(Arc::<RabbitQueue>::clone(&stage.queue));
    let mut bee = stage.bee_on(&*queue, 8, LEASE).await?;
    let mut leases = bee.take(4).await?;
    proxy.reset_all();
    for lease in &leases {
        timeout(SOON, lease.lost()).await?;
    }
    let history = FailureHistory::default();
    let mut fourth = leases.pop().ok_or("a fourth lease")?;
    let third = leases.pop().ok_or("a third lease")?;
    let second = leases.pop().ok_or("a second lease")?;
    let first = leases.pop().ok_or("a first lease")?;
    let extended = fourth.extend(Duration::from_secs(1)).await;
    assert!(extended.is_err_and(|error| error.kind() == ErrorKind::LeaseLost));
    for settled in [
        first.commit().await,
        second.abandon().await,
        third.defer(Duration::ZERO, history).await,
        fourth.dead_letter(&record()).await,
    ] {
        let error = settled.err().ok_or("a lost lease was settled")?;
        assert_eq!(error.error.kind(), ErrorKind::LeaseLost, "{error}");
    }
    // The same receiver goes on.
    for lease in bee.take(8).await? {
        assert!(ids.contains(&id_of(&lease)));
        lease.abandon().await?;
    }
    bee.commit_exactly(&ids).await?;
    Ok(())
}

/// Acks of several deliveries at once include exactly those that were committed.
async fn acks_never_take_what_is_leased(place: Place) -> Outcome {
    const COUNT: usize = 60;
    let (stage, proxy) = behind_proxy(&place).await?;
    let mut ids = stage.publish(COUNT).await?;
    let mut bee = stage.bee(COUNT).await?;
    let leases = bee.take(COUNT).await?;
    assert_eq!(ids_of(&leases), ids);
    // All of the first ten, then every third, in any order and all at once.
    let (mut committed, mut kept) = (Vec::new(), Vec::new());
    for (position, lease) in leases.into_iter().enumerate() {
        if position < 10 || position % 3 == 0 {
            assert!(ids.remove(&id_of(&lease)));
            committed.push(lease);
        } else {
            kept.push(lease);
        }
    }
    fastrand::shuffle(&mut committed);
    let commits = committed
        .into_iter()
        .map(beehive_core::queue::Lease::commit);
    for result in futures_util::future::join_all(commits).await {
        result?;
    }
    // A round trip on the same channel: the broker has heard of all commits before.
    bee.receiver.close().await?;
    proxy.reset_all();
    for lease in &kept {
        timeout(SOON, lease.lost()).await?;
    }
    let mut bee = stage.bee(COUNT).await?;
    bee.commit_exactly(&ids).await?;
    Ok(())
}

async fn who_waits_is_told_why(place: Place) -> Outcome {
    let (stage, proxy) = behind_proxy(&place).await?;
    let mut bee = stage.bee(1).await?;
    bee.nothing().await?;
    proxy.refuse().await?;
    proxy.reset_all();
    let one = std::num::NonZeroUsize::MIN;
    let wait = Duration::from_secs(2);
    let start = tokio::time::Instant::now();
    let error = loop {
        assert!(start.elapsed() < SOON, "it is never told");
        match bee.receiver.receive(one, wait).await {
            Ok(leases) => assert!(leases.is_empty()),
            Err(error) => break error,
        }
    };
    assert!(error.is_temporary(), "{error}");
    assert!(error.to_string().contains("cannot be read now"), "{error}");
    // It is not told again and again without a pause.
    let start = tokio::time::Instant::now();
    assert!(bee.receiver.receive(one, wait).await.is_err());
    assert!(
        start.elapsed() >= wait / 2,
        "told after {:?}",
        start.elapsed()
    );
    proxy.accept().await?;
    proxy.set_both(Passage::Open);
    let ids = loop {
        // The publishing connection comes back by itself as well.
        if let Ok(ids) = stage.publish(1).await {
            break ids;
        }
        assert!(start.elapsed() < SOON, "it never comes back");
    };
    let lease = bee.one().await?;
    assert!(ids.contains(&id_of(&lease)));
    lease.commit().await?;
    Ok(())
}
