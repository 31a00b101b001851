//! Order by subject, where a backend keeps it.

use super::super::{Case, Outcome, check_eq};
use super::{QueueFixture, case};

pub(super) fn cases() -> Vec<Case<QueueFixture>> {
    vec![
        case!(
            order::one_subject_is_delivered_in_order,
            "events of one subject are delivered in the order of publishing, one at a time"
        )
        .when(|fixture| fixture.capabilities().ordered_by_subject),
        case!(
            order::a_failing_subject_blocks_itself_alone,
            "an event that is worked on keeps those of other subjects waiting no longer"
        ),
        case!(
            order::one_subject_is_delivered_side_by_side,
            "where no order is kept, events of one subject do not wait for one another"
        )
        .when(|fixture| !fixture.capabilities().ordered_by_subject),
    ]
}

async fn one_subject_is_delivered_in_order(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let events: Vec<_> = fixture
        .events("Flower", 5)
        .into_iter()
        .map(|event| event.with_subject("clover"))
        .collect();
    fixture.publish(&events).await?;
    for event in &events {
        let lease = bee.one().await?;
        check_eq!(lease.event().id(), event.id(), "the next event");
        bee.nothing("the one before is leased").await?;
        lease.abandon().await?;
        let lease = bee.one().await?;
        check_eq!(lease.event().id(), event.id(), "the abandoned event");
        lease.commit().await?;
    }
    bee.nothing("every event was committed").await
}

async fn a_failing_subject_blocks_itself_alone(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let clover = fixture.flower().with_subject("clover");
    let thyme = fixture.event("Flower", "thyme").with_subject("thyme");
    fixture.publish(&[clover, thyme]).await?;
    let leases = bee.take(2).await?;
    for lease in leases {
        lease.commit().await?;
    }
    Ok(())
}

async fn one_subject_is_delivered_side_by_side(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let events: Vec<_> = fixture
        .events("Flower", 3)
        .into_iter()
        .map(|event| event.with_subject("clover"))
        .collect();
    fixture.publish(&events).await?;
    let leases = bee.take(3).await?;
    check_eq!(leases.len(), 3, "leases at one time");
    Ok(())
}
