//! How deliveries are counted.

use jiff::Timestamp;

use super::super::{Case, Outcome, check_eq};
use super::{QueueFixture, case};
use crate::queue::{AttemptCounting, FailureHistory};

pub(super) fn cases() -> Vec<Case<QueueFixture>> {
    vec![
        case!(
            attempts::the_first_attempt_is_one,
            "the first delivery of an event is attempt 1, without a history"
        ),
        case!(
            attempts::an_expired_lease_counts,
            "each delivery whose lease expired counts as an attempt"
        ),
        case!(
            attempts::an_abandoned_attempt_does_not_count,
            "where attempts are counted exactly, a delivery that was abandoned does not count"
        )
        .when(|fixture| fixture.capabilities().attempts == AttemptCounting::Exact),
        case!(
            attempts::an_abandoned_delivery_counts,
            "where deliveries are counted, one that was abandoned counts as well"
        )
        .when(|fixture| fixture.capabilities().attempts == AttemptCounting::Deliveries),
        case!(
            attempts::a_deferred_event_takes_its_history_along,
            "after a deferral the attempt is one more than those noted, and the lease shows what \
             was noted"
        )
        .when(|fixture| fixture.capabilities().defer),
        case!(
            attempts::attempts_go_on_after_a_deferral,
            "a lease that expires after a deferral counts on from it, and the note stays"
        )
        .when(|fixture| fixture.capabilities().defer),
        case!(
            attempts::a_later_deferral_replaces_the_history,
            "of two deferrals the later one's history holds"
        )
        .when(|fixture| fixture.capabilities().defer),
        case!(
            attempts::each_subscription_counts_for_itself,
            "the attempts in one subscription do not count in another"
        ),
        case!(
            attempts::each_event_counts_for_itself,
            "the attempts of one event do not count for another"
        ),
    ]
}

/// Whole milliseconds, which every backend can keep.
fn then() -> Timestamp {
    Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_millis(1_700_000_000_123)
}

async fn the_first_attempt_is_one(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    fixture.push(&fixture.flower()).await?;
    let lease = bee.one().await?;
    check_eq!(lease.attempt(), 1, "the attempt");
    check_eq!(lease.history(), FailureHistory::default(), "the history");
    check_eq!(lease.defect().is_none(), true, "whether it is sound");
    Ok(())
}

async fn an_expired_lease_counts(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    fixture.push(&fixture.flower()).await?;
    for attempt in 1..=4 {
        let lease = bee.one().await?;
        check_eq!(lease.attempt(), attempt, "the attempt");
        drop(lease);
        fixture.outlive_leases().await;
    }
    Ok(())
}

async fn an_abandoned_attempt_does_not_count(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    fixture.push(&fixture.flower()).await?;
    for _ in 0..3 {
        let lease = bee.one().await?;
        check_eq!(lease.attempt(), 1, "the attempt");
        lease.abandon().await?;
    }
    drop(bee.one().await?);
    fixture.outlive_leases().await;
    let lease = bee.one().await?;
    check_eq!(lease.attempt(), 2, "the attempt after one that counts");
    lease.abandon().await?;
    check_eq!(bee.one().await?.attempt(), 2, "the attempt");
    Ok(())
}

async fn an_abandoned_delivery_counts(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    fixture.push(&fixture.flower()).await?;
    for attempt in 1..=3 {
        let lease = bee.one().await?;
        check_eq!(lease.attempt(), attempt, "the attempt");
        lease.abandon().await?;
    }
    Ok(())
}

async fn a_deferred_event_takes_its_history_along(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let histories = [
        FailureHistory {
            attempts: 6,
            first_failure: Some(then()),
            silent: 2,
        },
        FailureHistory::default(),
    ];
    for history in histories {
        fixture.push(&fixture.flower()).await?;
        let lease = bee.one().await?;
        lease.defer(fixture.timing.wait, history).await?;
        tokio::time::sleep(fixture.timing.wait).await;
        let lease = bee.one().await?;
        check_eq!(lease.attempt(), history.attempts + 1, "the attempt");
        check_eq!(lease.history(), history, "the history");
        lease.commit().await?;
    }
    Ok(())
}

async fn attempts_go_on_after_a_deferral(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    fixture.push(&fixture.flower()).await?;
    let history = FailureHistory {
        attempts: 3,
        first_failure: Some(then()),
        silent: 1,
    };
    let lease = bee.one().await?;
    lease.defer(fixture.timing.wait, history).await?;
    tokio::time::sleep(fixture.timing.wait).await;
    for attempt in 4..=5 {
        let lease = bee.one().await?;
        check_eq!(lease.attempt(), attempt, "the attempt");
        check_eq!(lease.history(), history, "the history");
        drop(lease);
        fixture.outlive_leases().await;
    }
    Ok(())
}

async fn a_later_deferral_replaces_the_history(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    fixture.push(&fixture.flower()).await?;
    for attempts in [3, 4, 9] {
        let history = FailureHistory {
            attempts,
            first_failure: Some(then()),
            silent: attempts % 3,
        };
        let lease = bee.one().await?;
        lease.defer(fixture.timing.wait, history).await?;
        tokio::time::sleep(fixture.timing.wait).await;
        let lease = bee.one().await?;
        check_eq!(lease.attempt(), attempts + 1, "the attempt");
        check_eq!(lease.history(), history, "the history");
        lease.abandon().await?;
    }
    Ok(())
}

async fn each_subscription_counts_for_itself(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let wasp = fixture.subscription("Flower", "Wasp")?;
    let mut wasp = fixture.declared(&wasp).await?;
    fixture.push(&fixture.flower()).await?;
    drop(bee.one().await?);
    fixture.outlive_leases().await;
    check_eq!(bee.one().await?.attempt(), 2, "the attempt");
    check_eq!(wasp.one().await?.attempt(), 1, "the other's attempt");
    Ok(())
}

async fn each_event_counts_for_itself(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let first = fixture.flower();
    fixture.push(&first).await?;
    drop(bee.one().await?);
    fixture.outlive_leases().await;
    fixture.push(&fixture.event("Flower", "thyme")).await?;
    for lease in bee.take(2).await? {
        let expected = if lease.event().id() == first.id() {
            2
        } else {
            1
        };
        check_eq!(lease.attempt(), expected, "the attempt");
    }
    Ok(())
}
