//! What a backend says it cannot do, it refuses before anything happens.

use tokio::time::Instant;

use super::super::{Case, Failure, Outcome, check, check_eq, check_kind};
use super::fixture::{Reader, record};
use super::{QueueFixture, case};
use crate::ErrorKind;
use crate::event::EventId;
use crate::page::PageRequest;
use crate::queue::{FailureHistory, Lease, RedriveRate, SettleError};

pub(super) fn cases() -> Vec<Case<QueueFixture>> {
    vec![
        case!(
            capabilities::unrouted_events_are_reported,
            "the receipt names exactly the events that nobody subscribes to"
        )
        .when(|fixture| fixture.capabilities().detects_unrouted),
        case!(
            capabilities::unrouted_events_go_unnoticed,
            "a backend that does not notice unrouted events reports none"
        )
        .when(|fixture| !fixture.capabilities().detects_unrouted),
        case!(
            capabilities::deferring_is_refused,
            "deferring a lease is an error of kind unsupported and changes nothing"
        )
        .when(|fixture| !fixture.capabilities().defer),
        case!(
            capabilities::delayed_events_are_refused,
            "of a batch exactly the delayed events fail, as unsupported; the others arrive"
        )
        .when(|fixture| !fixture.capabilities().defer),
        case!(
            capabilities::extending_is_refused,
            "extending a lease is an error of kind unsupported and changes nothing"
        )
        .when(|fixture| !fixture.capabilities().extend),
        case!(
            capabilities::dead_lettering_is_refused,
            "dead-lettering is an error of kind unsupported and changes nothing"
        )
        .when(|fixture| !fixture.capabilities().dead_letters),
        case!(
            capabilities::dead_letters_are_refused,
            "asking for dead letters is an error of kind unsupported"
        )
        .when(|fixture| !fixture.capabilities().dead_letters),
        case!(
            capabilities::a_longer_lease_is_refused,
            "a lease beyond the longest is an error of kind limit"
        )
        .when(|fixture| fixture.capabilities().lease_max.is_some()),
        case!(
            capabilities::the_backend_is_up,
            "a backend that works says so"
        ),
    ]
}

async fn unrouted_events_are_reported(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let deserted = fixture.topic("Desert")?;
    fixture.queue.declare(&deserted).await?;
    let jobs = fixture.simple("Jobs")?;
    fixture.queue.declare(&jobs).await?;
    let routed = fixture.events("Flower", 2);
    let batch = [
        routed[0].clone(),
        fixture.event("Desert", "to a topic that is declared"),
        routed[1].clone(),
        fixture.event("Void", "to a topic that is not"),
        fixture.flower().with_destination(jobs),
    ];
    let mut receipt = fixture.publish(&batch).await?;
    receipt.unrouted.sort_unstable();
    check_eq!(receipt.unrouted, [1, 3], "the unrouted events");
    bee.commit_exactly(&routed).await?;
    fixture.queue.delete(&name).await?;
    let receipt = fixture.publish(&routed).await?;
    check_eq!(receipt.unrouted.len(), 2, "unrouted events after the end");
    Ok(())
}

async fn unrouted_events_go_unnoticed(fixture: QueueFixture) -> Outcome {
    let receipt = fixture.publish(&[fixture.event("Void", "")]).await?;
    check_eq!(receipt.unrouted, Vec::<usize>::new(), "unrouted events");
    Ok(())
}

/// A lease, and its receiver.
async fn leased(fixture: &QueueFixture) -> Result<(Reader, Lease), Failure> {
    let (_, mut bee) = fixture.bee().await?;
    fixture.push(&fixture.flower()).await?;
    let lease = bee.one().await?;
    Ok((bee, lease))
}

/// The lease is as it was, and still there to be settled.
async fn check_refused(
    fixture: &QueueFixture,
    refused: Result<(), SettleError>,
    mut reader: Reader,
) -> Outcome {
    let Err(SettleError { error, lease }) = refused else {
        return Err(Failure::new("it succeeded"));
    };
    check_eq!(error.kind(), ErrorKind::Unsupported, "the kind of {error}");
    reader.nothing("the event is still leased").await?;
    lease.commit().await?;
    fixture.outlive_leases().await;
    reader.nothing("the event was committed").await
}

async fn deferring_is_refused(fixture: QueueFixture) -> Outcome {
    let (reader, lease) = leased(&fixture).await?;
    let history = FailureHistory::default();
    let refused = lease.defer(fixture.timing.wait, history).await;
    check_refused(&fixture, refused, reader).await
}

async fn delayed_events_are_refused(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let sound = fixture.events("Flower", 2);
    let delayed = fixture.flower().deliver_after(fixture.timing.wait);
    let batch = [sound[0].clone(), delayed, sound[1].clone()];
    let Err(error) = fixture.queue.publish(&batch).await else {
        return Err(Failure::new("the whole batch was confirmed"));
    };
    let failures = error.into_failures();
    let positions: Vec<_> = failures.iter().map(|failure| failure.position).collect();
    check_eq!(positions, [1], "the events that failed");
    for failure in failures {
        check_kind!(Err::<(), _>(failure.error), Unsupported, "delaying");
    }
    bee.commit_exactly(&sound).await
}

async fn extending_is_refused(fixture: QueueFixture) -> Outcome {
    let (mut reader, mut lease) = leased(&fixture).await?;
    let before = lease.deadline();
    let extended = lease.extend(2 * fixture.timing.lease).await;
    check_kind!(extended, Unsupported, "extending");
    check_eq!(lease.deadline(), before, "the deadline");
    fixture.outlive_leases().await;
    check!(Instant::now() >= before, "the deadline lies too far ahead");
    reader.one().await?.commit().await?;
    Ok(())
}

async fn dead_lettering_is_refused(fixture: QueueFixture) -> Outcome {
    let (reader, lease) = leased(&fixture).await?;
    let refused = lease.dead_letter(&record("wilted")).await;
    check_refused(&fixture, refused, reader).await
}

async fn dead_letters_are_refused(fixture: QueueFixture) -> Outcome {
    let (name, _) = fixture.bee().await?;
    let id = EventId::new();
    let page = PageRequest::default();
    let rate = RedriveRate::default();
    let dead_letters = fixture.queue.dead_letters();
    check_kind!(dead_letters.count(&name).await, Unsupported, "count");
    check_kind!(dead_letters.list(&name, &page).await, Unsupported, "list");
    check_kind!(dead_letters.get(&name, &id).await, Unsupported, "get");
    check_kind!(
        dead_letters.redrive(&name, &id).await,
        Unsupported,
        "redrive"
    );
    check_kind!(
        dead_letters.redrive_all(&name, rate).await,
        Unsupported,
        "redrive all"
    );
    check_kind!(dead_letters.purge(&name).await, Unsupported, "purge");
    Ok(())
}

async fn a_longer_lease_is_refused(fixture: QueueFixture) -> Outcome {
    let Some(max) = fixture.capabilities().lease_max else {
        return Ok(());
    };
    let (name, _) = fixture.bee().await?;
    let too_long = max + std::time::Duration::from_secs(1);
    let options = crate::queue::ReceiverOptions::new(std::num::NonZeroUsize::MIN, too_long);
    let receiver = fixture.queue.receiver(&name, options).await;
    check_kind!(receiver, Limit, "too long a lease");
    Ok(())
}

async fn the_backend_is_up(fixture: QueueFixture) -> Outcome {
    let health = fixture.queue.health();
    check!(health.is_up(), "its health is {health:?}");
    Ok(())
}
