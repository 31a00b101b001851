//! A lease is a right with an end.

use tokio::time::{Instant, sleep};

use super::super::{Case, Failure, Outcome, check, check_eq, check_kind};
use super::fixture::{Reader, record};
use super::{QueueFixture, case};
use crate::ErrorKind;
use crate::queue::{FailureHistory, Lease, SettleError};

pub(super) fn cases() -> Vec<Case<QueueFixture>> {
    vec![
        case!(
            leases::a_committed_event_is_gone,
            "an event that was committed never comes again"
        ),
        case!(
            leases::an_abandoned_event_is_available_at_once,
            "an event that was abandoned can be received at once, by any receiver"
        ),
        case!(
            leases::an_expired_lease_is_redelivered,
            "an event whose lease ends without a word is delivered again"
        ),
        case!(
            leases::nobody_else_gets_a_leased_event,
            "before its lease expires an event is delivered to nobody else"
        ),
        case!(
            leases::the_deadline_is_no_later_than_the_lease,
            "the deadline of a lease lies within the time that was asked for"
        ),
        case!(
            leases::an_extended_lease_holds,
            "an event whose lease is extended is not delivered again before the new deadline, and \
             is after it"
        )
        .when(|fixture| fixture.capabilities().extend),
        case!(
            leases::a_lease_can_be_extended_again,
            "a lease that is extended over and over holds"
        )
        .when(|fixture| fixture.capabilities().extend),
        case!(
            leases::a_lost_lease_cannot_commit,
            "committing after expiry is an error of kind lease lost and changes nothing"
        ),
        case!(
            leases::a_lost_lease_cannot_abandon,
            "abandoning after expiry is an error of kind lease lost and changes nothing"
        ),
        case!(
            leases::a_lost_lease_cannot_defer,
            "deferring after expiry is an error of kind lease lost and changes nothing"
        )
        .when(|fixture| fixture.capabilities().defer),
        case!(
            leases::a_lost_lease_cannot_dead_letter,
            "dead-lettering after expiry is an error of kind lease lost and changes nothing"
        )
        .when(|fixture| fixture.capabilities().dead_letters),
        case!(
            leases::a_lost_lease_cannot_be_extended,
            "extending after expiry is an error of kind lease lost and changes nothing"
        )
        .when(|fixture| fixture.capabilities().extend),
        case!(
            leases::an_expired_lease_is_lost_before_redelivery,
            "a lease is lost when it expires, whether the event was delivered again or not"
        ),
        case!(
            leases::a_failed_settling_gives_the_lease_back,
            "the error of a settling gives back the lease it failed for"
        ),
    ]
}

async fn a_committed_event_is_gone(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    fixture.push(&fixture.flower()).await?;
    bee.one().await?.commit().await?;
    bee.nothing("the event was committed").await?;
    fixture.outlive_leases().await;
    bee.nothing("the event was committed").await
}

async fn an_abandoned_event_is_available_at_once(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let event = fixture.flower();
    fixture.push(&event).await?;
    bee.one().await?.abandon().await?;
    let lease = bee.one().await?;
    check_eq!(lease.event().id(), event.id(), "the event");
    lease.abandon().await?;
    drop(bee);
    fixture.reader(&name).await?.commit_exactly(&[event]).await
}

async fn an_expired_lease_is_redelivered(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let event = fixture.flower();
    fixture.push(&event).await?;
    drop(bee.one().await?);
    fixture.outlive_leases().await;
    let mut other = fixture.reader(&name).await?;
    drop(other.one().await?);
    fixture.outlive_leases().await;
    bee.commit_exactly(&[event]).await
}

async fn nobody_else_gets_a_leased_event(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let mut other = fixture.reader(&name).await?;
    fixture.push(&fixture.flower()).await?;
    let lease = bee.one().await?;
    // Until shortly before it expires.
    let margin = 3 * fixture.timing.wait + fixture.timing.tolerance;
    while lease.deadline() > Instant::now() + margin {
        other.nothing("the event is leased").await?;
        bee.nothing("the event is leased").await?;
        // Not left to receivers, which may not wait as they should.
        sleep(fixture.timing.wait).await;
    }
    lease.commit().await?;
    other.nothing("the event was committed").await
}

async fn the_deadline_is_no_later_than_the_lease(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    fixture.push(&fixture.flower()).await?;
    let lease = bee.one().await?;
    let latest = Instant::now() + fixture.timing.lease;
    check!(lease.deadline() <= latest, "it is later");
    check!(!lease.is_expired(), "the lease is expired from the start");
    fixture.outlive_leases().await;
    check!(lease.is_expired(), "the lease does not expire");
    Ok(())
}

async fn an_extended_lease_holds(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let mut other = fixture.reader(&name).await?;
    let event = fixture.flower();
    fixture.push(&event).await?;
    let mut lease = bee.one().await?;
    sleep(fixture.timing.lease / 2).await;
    let before = Instant::now();
    let deadline = lease.extend(fixture.timing.lease).await?;
    check_eq!(deadline, lease.deadline(), "the deadline");
    let (lease_time, tolerance) = (fixture.timing.lease, fixture.timing.tolerance);
    check!(
        deadline + tolerance >= before + lease_time,
        "the deadline is too early"
    );
    check!(
        deadline <= Instant::now() + lease_time,
        "the deadline is too late"
    );
    sleep(lease_time / 2 + tolerance).await;
    other.nothing("the lease was extended").await?;
    check!(!lease.is_expired(), "the extended lease is expired");
    sleep(lease_time / 2).await;
    other.commit_exactly(&[event]).await?;
    check_lost(lease.commit().await)
}

async fn a_lease_can_be_extended_again(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let mut other = fixture.reader(&name).await?;
    fixture.push(&fixture.flower()).await?;
    let mut lease = bee.one().await?;
    for _ in 0..4 {
        sleep(fixture.timing.lease / 2).await;
        lease.extend(fixture.timing.lease).await?;
        other.nothing("the lease was extended").await?;
    }
    lease.commit().await?;
    fixture.outlive_leases().await;
    other.nothing("the event was committed").await
}

/// Somebody whose lease was lost to somebody else.
struct Zombie {
    lost: Lease,
    held: Lease,
    reader: Reader,
}

impl Zombie {
    async fn new(fixture: &QueueFixture) -> Result<Self, Failure> {
        let (_, mut reader) = fixture.bee().await?;
        fixture.push(&fixture.flower()).await?;
        let lost = reader.one().await?;
        fixture.outlive_leases().await;
        let held = reader.one().await?;
        Ok(Self { lost, held, reader })
    }
}

/// Nothing has changed: the event is leased, comes to nobody, is no dead letter, and the holder can
/// hand it back and commit it.
async fn check_unchanged(fixture: &QueueFixture, held: Lease, mut reader: Reader) -> Outcome {
    reader.nothing("the event is leased by another").await?;
    if fixture.capabilities().dead_letters {
        let name = fixture.subscription("Flower", "Bee")?;
        let count = fixture.queue.dead_letters().count(&name).await?;
        check_eq!(count, 0, "dead letters");
    }
    let event = held.event().clone();
    held.abandon().await?;
    reader.commit_exactly(&[event]).await
}

fn check_lost(settled: Result<(), SettleError>) -> Outcome {
    given_back(settled).map(drop)
}

/// The lease that a failed settling gave back.
fn given_back(settled: Result<(), SettleError>) -> Result<Lease, Failure> {
    let Err(SettleError { error, lease }) = settled else {
        return Err(Failure::new("settling a lost lease succeeded"));
    };
    check_eq!(error.kind(), ErrorKind::LeaseLost, "the kind of {error}");
    Ok(lease)
}

async fn a_lost_lease_cannot_commit(fixture: QueueFixture) -> Outcome {
    let Zombie { lost, held, reader } = Zombie::new(&fixture).await?;
    check_lost(lost.commit().await)?;
    check_unchanged(&fixture, held, reader).await
}

async fn a_lost_lease_cannot_abandon(fixture: QueueFixture) -> Outcome {
    let Zombie { lost, held, reader } = Zombie::new(&fixture).await?;
    check_lost(lost.abandon().await)?;
    check_unchanged(&fixture, held, reader).await
}

async fn a_lost_lease_cannot_defer(fixture: QueueFixture) -> Outcome {
    let Zombie { lost, held, reader } = Zombie::new(&fixture).await?;
    let history = FailureHistory::default();
    check_lost(lost.defer(fixture.timing.lease / 4, history).await)?;
    check_unchanged(&fixture, held, reader).await
}

async fn a_lost_lease_cannot_dead_letter(fixture: QueueFixture) -> Outcome {
    let Zombie { lost, held, reader } = Zombie::new(&fixture).await?;
    check_lost(lost.dead_letter(&record("zombie")).await)?;
    check_unchanged(&fixture, held, reader).await
}

async fn a_lost_lease_cannot_be_extended(fixture: QueueFixture) -> Outcome {
    let mut zombie = Zombie::new(&fixture).await?;
    let before = zombie.lost.deadline();
    let extended = zombie.lost.extend(fixture.timing.lease).await;
    check_kind!(extended, LeaseLost, "extending a lost lease");
    check_eq!(zombie.lost.deadline(), before, "its deadline");
    check_unchanged(&fixture, zombie.held, zombie.reader).await
}

async fn an_expired_lease_is_lost_before_redelivery(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let event = fixture.flower();
    fixture.push(&event).await?;
    let lost = bee.one().await?;
    fixture.outlive_leases().await;
    let lost = given_back(lost.commit().await)?;
    check_lost(lost.abandon().await)?;
    bee.commit_exactly(&[event]).await
}

async fn a_failed_settling_gives_the_lease_back(fixture: QueueFixture) -> Outcome {
    let Zombie { lost, held, reader } = Zombie::new(&fixture).await?;
    let id = lost.event().id().clone();
    let attempt = lost.attempt();
    let back = given_back(lost.commit().await)?;
    check_eq!(*back.event().id(), id, "the event of the lease given back");
    check_eq!(back.attempt(), attempt, "its attempt");
    // As lost as before, and harmless.
    check_lost(back.commit().await)?;
    check_unchanged(&fixture, held, reader).await
}
