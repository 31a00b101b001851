//! Delays, of events and of deferred leases.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::super::{Case, Failure, Outcome, check, check_eq, check_kind};
use super::fixture::Reader;
use super::{QueueFixture, case};
use crate::event::Event;
use crate::queue::{FailureHistory, Lease};

pub(super) fn cases() -> Vec<Case<QueueFixture>> {
    let cases = vec![
        case!(
            delays::a_deferred_event_comes_when_it_is_due,
            "a deferred event comes after its delay, not before and not much later"
        ),
        case!(
            delays::a_deferral_without_delay_is_due_at_once,
            "an event that is deferred by nothing can be received at once"
        ),
        case!(
            delays::a_deferral_survives_its_receiver,
            "a deferred event comes though the receiver it was leased through is gone"
        ),
        case!(
            delays::deferrals_do_not_block_one_another,
            "events deferred by different delays come when each is due"
        ),
        case!(
            delays::a_deferred_event_does_not_block_the_queue,
            "while an event is deferred, others are delivered"
        ),
        case!(
            delays::a_delayed_event_comes_when_it_is_due,
            "an event published with a delay comes after it, not before and not much later"
        ),
        case!(
            delays::an_event_for_a_time_comes_at_that_time,
            "an event published for a time comes then, not before and not much later"
        ),
        case!(
            delays::an_event_for_a_past_time_comes_at_once,
            "an event published for a time that has passed comes at once"
        ),
        case!(
            delays::delayed_events_do_not_block_one_another,
            "events published with different delays come when each is due"
        ),
        case!(
            delays::a_delay_does_not_start_again,
            "a delayed event that is delivered again is not delayed again"
        ),
        case!(
            delays::a_receiver_that_waits_gets_what_becomes_due,
            "a receiver that waits returns when a delayed event is due"
        ),
    ];
    let mut cases: Vec<_> = cases
        .into_iter()
        .map(|case| case.when(|fixture| fixture.capabilities().defer))
        .collect();
    cases.push(
        case!(
            delays::too_long_a_delay_is_refused,
            "a delay beyond the longest is an error of kind limit and changes nothing"
        )
        .when(|fixture| fixture.capabilities().defer && fixture.capabilities().delay_max.is_some()),
    );
    cases
}

/// Waits until this event comes, and checks that it is due then.
async fn check_due(
    fixture: &QueueFixture,
    reader: &mut Reader,
    event: &Event,
    due: Instant,
) -> Result<Lease, Failure> {
    let (tolerance, wait) = (fixture.timing.tolerance, fixture.timing.wait);
    let quiet = (due - tolerance).saturating_duration_since(Instant::now() + wait);
    if !quiet.is_zero() {
        sleep(quiet).await;
    }
    let patience = due.saturating_duration_since(Instant::now()) + wait;
    let one = std::num::NonZeroUsize::MIN;
    let Some(lease) = reader.receiver.receive(one, patience).await?.pop() else {
        return Err(Failure::new("the event did not come"));
    };
    let now = Instant::now();
    check_eq!(lease.event().id(), event.id(), "the event");
    check!(now + tolerance >= due, "it came {:?} early", due - now);
    check!(
        now <= due + wait + tolerance,
        "it came {:?} late",
        now - due
    );
    Ok(lease)
}

async fn leased(
    reader: &mut Reader,
    fixture: &QueueFixture,
    event: &Event,
) -> Result<Lease, Failure> {
    fixture.push(event).await?;
    reader.one().await
}

async fn a_deferred_event_comes_when_it_is_due(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let event = fixture.flower();
    let lease = leased(&mut bee, &fixture, &event).await?;
    let delay = 2 * fixture.timing.lease;
    let due = Instant::now() + delay;
    lease.defer(delay, FailureHistory::default()).await?;
    bee.nothing("the event was deferred").await?;
    // The lease was settled, so its expiry does not bring the event back.
    fixture.outlive_leases().await;
    bee.nothing("the event was deferred").await?;
    let lease = check_due(&fixture, &mut bee, &event, due).await?;
    lease.commit().await?;
    bee.nothing("the event was committed").await
}

async fn a_deferral_without_delay_is_due_at_once(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let event = fixture.flower();
    let lease = leased(&mut bee, &fixture, &event).await?;
    let history = FailureHistory {
        attempts: 1,
        ..FailureHistory::default()
    };
    lease.defer(Duration::ZERO, history).await?;
    let lease = bee.one().await?;
    check_eq!(lease.attempt(), 2, "the attempt");
    Ok(())
}

async fn a_deferral_survives_its_receiver(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let event = fixture.flower();
    let lease = leased(&mut bee, &fixture, &event).await?;
    let delay = fixture.timing.lease;
    let due = Instant::now() + delay;
    bee.receiver.close().await?;
    lease.defer(delay, FailureHistory::default()).await?;
    let mut other = fixture.reader(&name).await?;
    let lease = check_due(&fixture, &mut other, &event, due).await?;
    lease.commit().await?;
    Ok(())
}

async fn deferrals_do_not_block_one_another(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let mut due = Vec::new();
    // The longest first, so that a queue kept in order of arrival would hold the others back.
    for leases in [4, 1, 3, 2] {
        let event = fixture.flower();
        let lease = leased(&mut bee, &fixture, &event).await?;
        let delay = leases * fixture.timing.lease;
        due.push((Instant::now() + delay, event));
        lease.defer(delay, FailureHistory::default()).await?;
    }
    due.sort_by_key(|(due, _)| *due);
    for (due, event) in due {
        let lease = check_due(&fixture, &mut bee, &event, due).await?;
        lease.commit().await?;
    }
    Ok(())
}

async fn a_deferred_event_does_not_block_the_queue(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let lease = leased(&mut bee, &fixture, &fixture.flower()).await?;
    let delay = 2 * fixture.timing.lease;
    lease.defer(delay, FailureHistory::default()).await?;
    let events = fixture.events("Flower", 3);
    fixture.publish(&events).await?;
    bee.commit_exactly(&events).await
}

async fn a_delayed_event_comes_when_it_is_due(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let delay = fixture.timing.lease;
    let event = fixture.flower().deliver_after(delay);
    let due = Instant::now() + delay;
    let receipt = fixture.publish(std::slice::from_ref(&event)).await?;
    check_eq!(receipt.unrouted, Vec::<usize>::new(), "unrouted events");
    bee.nothing("the event is delayed").await?;
    let lease = check_due(&fixture, &mut bee, &event, due).await?;
    lease.commit().await?;
    Ok(())
}

async fn an_event_for_a_time_comes_at_that_time(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let delay = fixture.timing.lease;
    let time = Timestamp::now().saturating_add(delay)?;
    let event = fixture.flower().deliver_at(time);
    let due = Instant::now() + delay;
    fixture.push(&event).await?;
    bee.nothing("the event is for later").await?;
    let lease = check_due(&fixture, &mut bee, &event, due).await?;
    check_eq!(lease.event().delivers(), event.delivers(), "the time");
    Ok(())
}

async fn an_event_for_a_past_time_comes_at_once(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let event = fixture.flower().deliver_at(Timestamp::UNIX_EPOCH);
    fixture.push(&event).await?;
    bee.commit_exactly(&[event]).await
}

async fn delayed_events_do_not_block_one_another(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let now = Instant::now();
    let mut due: Vec<_> = [4, 1, 3, 2, 0]
        .into_iter()
        .map(|leases| {
            let delay = leases * fixture.timing.lease;
            (now + delay, fixture.flower().deliver_after(delay))
        })
        .collect();
    let batch: Vec<_> = due.iter().map(|(_, event)| event.clone()).collect();
    fixture.publish(&batch).await?;
    due.sort_by_key(|(due, _)| *due);
    for (due, event) in due {
        let lease = check_due(&fixture, &mut bee, &event, due).await?;
        lease.commit().await?;
    }
    Ok(())
}

async fn a_delay_does_not_start_again(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let delay = fixture.timing.lease;
    let event = fixture.flower().deliver_after(delay);
    fixture.push(&event).await?;
    sleep(delay + fixture.timing.tolerance).await;
    bee.one().await?.abandon().await?;
    bee.one().await?.abandon().await?;
    bee.commit_exactly(&[event]).await
}

async fn a_receiver_that_waits_gets_what_becomes_due(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let delay = fixture.timing.lease;
    let event = fixture.flower();
    let lease = leased(&mut bee, &fixture, &event).await?;
    // It starts to wait before there is anything to wait for.
    let one = std::num::NonZeroUsize::MIN;
    let start = Instant::now();
    let (leases, deferred) = tokio::join!(bee.receiver.receive(one, 3 * delay), async {
        tokio::task::yield_now().await;
        lease.defer(delay, FailureHistory::default()).await
    });
    deferred?;
    check_eq!(leases?.len(), 1, "leases");
    let waited = start.elapsed();
    let latest = delay + fixture.timing.wait + fixture.timing.tolerance;
    check!(waited <= latest, "it only returned after {waited:?}");
    Ok(())
}

async fn too_long_a_delay_is_refused(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let Some(max) = fixture.capabilities().delay_max else {
        return Ok(());
    };
    let too_long = max + fixture.timing.tolerance + Duration::from_secs(1);
    let event = fixture.flower();
    let lease = leased(&mut bee, &fixture, &event).await?;
    let refused = lease.defer(too_long, FailureHistory::default()).await;
    let Err(error) = refused else {
        return Err(Failure::new("the deferral succeeded"));
    };
    check_eq!(error.error.kind(), crate::ErrorKind::Limit, "the kind");
    error.lease.commit().await?;
    let delayed = fixture.flower().deliver_after(too_long);
    let published = fixture.queue.publish(&[delayed]).await;
    let Err(error) = published else {
        return Err(Failure::new("the delayed event was confirmed"));
    };
    for failure in error.into_failures() {
        check_kind!(Err::<(), _>(failure.error), Limit, "too long a delay");
    }
    bee.nothing("nothing was published").await
}
