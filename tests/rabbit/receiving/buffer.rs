//! What is fetched ahead.

use std::num::NonZeroUsize;
use std::time::Duration;

use beehive_core::queue::EventQueue;
use beehive_tests::trials::{Outcome, Place, Trial, trial};
use tokio::time::Instant;

use super::Stage;
use super::stage::{A_WHILE, SOON, id_of, ids_of};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("receiving::prefetch_is_honoured", prefetch_is_honoured).with_shared_broker(),
        trial(
            "receiving::a_closed_receiver_hands_back_at_once",
            a_closed_receiver_hands_back_at_once,
        )
        .with_shared_broker(),
        trial(
            "receiving::commits_survive_a_close",
            commits_survive_a_close,
        )
        .with_shared_broker(),
        trial(
            "receiving::a_dropped_receiver_hands_back_soon",
            a_dropped_receiver_hands_back_soon,
        )
        .with_shared_broker(),
        trial(
            "receiving::a_receiver_that_is_not_read_holds_nothing_back",
            a_receiver_that_is_not_read_holds_nothing_back,
        )
        .with_shared_broker(),
        trial(
            "receiving::a_glance_now_and_then_sees_events",
            a_glance_now_and_then_sees_events,
        )
        .with_shared_broker(),
    ]
}

async fn prefetch_is_honoured(place: Place) -> Outcome {
    const PREFETCH: usize = 5;
    let stage = Stage::shared(&place).await?;
    let ids = stage.publish(4 * PREFETCH).await?;
    let mut bee = stage.bee(PREFETCH).await?;
    let mut held = bee.take(PREFETCH).await?;
    let mut seen = ids_of(&held);
    bee.nothing().await?;
    // The oldest lease is never settled in between: acks must not wait for it.
    while seen.len() < ids.len() {
        let lease = held.pop().ok_or("nothing held")?;
        lease.commit().await?;
        let next = bee.one().await?;
        assert!(seen.insert(id_of(&next)), "it came twice");
        held.push(next);
    }
    assert_eq!(seen, ids);
    bee.nothing().await?;
    for lease in held {
        lease.commit().await?;
    }
    bee.nothing().await?;
    Ok(())
}

/// F38, as far as a receiver goes.
async fn a_closed_receiver_hands_back_at_once(place: Place) -> Outcome {
    let stage = Stage::shared(&place).await?;
    let mut ids = stage.publish(20).await?;
    let mut bee = stage.bee(20).await?;
    let leases = bee.take(3).await?;
    let start = Instant::now();
    bee.receiver.close().await?;
    let mut other = stage.bee(20).await?;
    let rest = other.take(17).await?;
    let took = start.elapsed();
    assert!(took < Duration::from_secs(1), "others waited for {took:?}");
    // What is in flight can still be settled.
    for lease in leases {
        assert!(ids.remove(&id_of(&lease)));
        lease.commit().await?;
    }
    assert_eq!(ids_of(&rest), ids);
    for lease in rest {
        lease.commit().await?;
    }
    other.nothing().await?;
    Ok(())
}

/// A quorum queue's channel that is closed at once forgets acks that it keeps back.
async fn commits_survive_a_close(place: Place) -> Outcome {
    const COUNT: usize = 300;
    for _ in 0..3 {
        let stage = Stage::shared(&place).await?;
        stage.publish(COUNT).await?;
        let mut bee = stage.bee(COUNT).await?;
        let mut leases = bee.take(COUNT).await?;
        // The last first, and each when the one before is done, so that none go together.
        while let Some(lease) = leases.pop() {
            lease.commit().await?;
        }
        bee.receiver.close().await?;
        stage.queue.close().await;
    }
    let stage = Stage::shared(&place).await?;
    stage.bee(COUNT).await?.nothing().await
}

async fn a_dropped_receiver_hands_back_soon(place: Place) -> Outcome {
    let stage = Stage::shared(&place).await?;
    let mut ids = stage.publish(10).await?;
    let mut bee = stage.bee(10).await?;
    let lease = bee.one().await?;
    drop(bee);
    let mut other = stage.bee(10).await?;
    let rest = other.take(9).await?;
    assert!(ids.remove(&id_of(&lease)));
    lease.abandon().await?;
    assert_eq!(ids_of(&rest), ids);
    let again = other.one().await?;
    again.commit().await?;
    for lease in rest {
        lease.commit().await?;
    }
    other.nothing().await?;
    Ok(())
}

async fn a_receiver_that_is_not_read_holds_nothing_back(place: Place) -> Outcome {
    let stage = Stage::shared(&place).await?;
    let mut idle = stage.bee(100).await?;
    // It has read once, so the broker knows it, and then has other things to do.
    idle.nothing().await?;
    let ids = stage.publish(10).await?;
    let mut other = stage.bee(100).await?;
    other.commit_exactly(&ids).await?;
    // It reads again as if nothing had been.
    let ids = stage.publish(10).await?;
    idle.commit_exactly(&ids).await?;
    Ok(())
}

async fn a_glance_now_and_then_sees_events(place: Place) -> Outcome {
    let stage = Stage::shared(&place).await?;
    let mut bee = stage.bee(1).await?;
    stage.publish(1).await?;
    let end = Instant::now() + SOON;
    loop {
        // Longer than anything is kept for who does not read.
        tokio::time::sleep(A_WHILE).await;
        let glance = bee.receiver.receive(NonZeroUsize::MIN, Duration::ZERO);
        if let Some(lease) = glance.await?.pop() {
            lease.commit().await?;
            stage.queue.delete(&stage.bee).await?;
            return Ok(());
        }
        assert!(Instant::now() < end, "it never saw the event");
    }
}
