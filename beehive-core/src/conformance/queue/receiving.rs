//! How events get out.

use std::num::NonZeroUsize;

use tokio::time::{Instant, sleep, timeout};

use super::super::{Case, Outcome, check, check_eq};
use super::{QueueFixture, case};
use crate::queue::Lease;

pub(super) fn cases() -> Vec<Case<QueueFixture>> {
    vec![
        case!(
            receiving::no_more_than_asked_for,
            "a receiver returns no more leases than it was asked for"
        ),
        case!(
            receiving::an_empty_queue_is_waited_for,
            "a receiver waits as long as it was told to, then returns nothing"
        ),
        case!(
            receiving::a_publish_ends_the_wait,
            "a receiver that waits returns soon after an event is published"
        ),
        case!(
            receiving::a_cancelled_receive_loses_nothing,
            "what a receive that is dropped would have returned comes with the next call, or is \
             redelivered"
        ),
        case!(
            receiving::a_cancelled_receive_keeps_nothing_from_others,
            "what a receive that is dropped would have returned reaches another receiver when a \
             lease would have expired, at the latest"
        ),
        case!(
            receiving::prefetch_bounds_the_leases,
            "no more events are leased through a receiver at one time than it may prefetch"
        ),
        case!(
            receiving::leases_outlive_a_closed_receiver,
            "a lease is valid after its receiver was closed"
        ),
        case!(
            receiving::leases_outlive_a_dropped_receiver,
            "a lease is valid after its receiver was dropped"
        ),
        case!(
            receiving::a_closed_receiver_holds_nothing_back,
            "events that a closed receiver has not returned are available to others at once"
        ),
        case!(
            receiving::competing_receivers_share,
            "of several receivers each event reaches one, and none is lost"
        ),
        case!(
            receiving::every_waiting_receiver_is_woken,
            "when as many events come as receivers wait, each of them gets one"
        ),
    ]
}

async fn no_more_than_asked_for(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let events = fixture.events("Flower", 10);
    fixture.publish(&events).await?;
    let three = NonZeroUsize::MIN.saturating_add(2);
    let leases = bee.receiver.receive(three, fixture.timing.wait).await?;
    check!(!leases.is_empty(), "nothing came");
    check!(leases.len() <= 3, "{} leases came", leases.len());
    Ok(())
}

async fn an_empty_queue_is_waited_for(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let (wait, tolerance) = (fixture.timing.wait, fixture.timing.tolerance);
    let start = Instant::now();
    let leases = bee.receiver.receive(NonZeroUsize::MIN, wait).await?;
    let waited = start.elapsed();
    check!(leases.is_empty(), "{leases:?} came");
    check!(waited + tolerance >= wait, "it only waited {waited:?}");
    check!(waited <= wait + tolerance, "it waited {waited:?}");
    Ok(())
}

async fn a_publish_ends_the_wait(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let wait = fixture.timing.wait;
    let start = Instant::now();
    let event = fixture.flower();
    let (leases, published) =
        tokio::join!(bee.receiver.receive(NonZeroUsize::MIN, 4 * wait), async {
            sleep(wait).await;
            fixture.push(&event).await
        });
    published?;
    check_eq!(leases?.len(), 1, "leases");
    let waited = start.elapsed();
    check!(waited <= 2 * wait, "it only returned after {waited:?}");
    Ok(())
}

async fn a_cancelled_receive_loses_nothing(fixture: QueueFixture) -> Outcome {
    let (_, mut bee) = fixture.bee().await?;
    let events = fixture.events("Flower", 5);
    let all = NonZeroUsize::MIN.saturating_add(4);
    // Dropped while nothing is there, and while an event is on its way.
    for event in &events {
        let receive = bee.receiver.receive(all, fixture.timing.lease);
        let cancelled = timeout(fixture.timing.tolerance, receive).await;
        check!(cancelled.is_err(), "something came before it was published");
        let receive = bee.receiver.receive(all, fixture.timing.lease);
        // A reader may be told of an event before its publisher is.
        let mut came = tokio::select! {
            biased;
            leases = receive => leases?,
            published = fixture.push(event) => {
                published?;
                Vec::new()
            }
        };
        if came.is_empty() {
            came = bee.receiver.receive(all, fixture.timing.wait).await?;
        }
        let lease = if let Some(lease) = came.pop() {
            lease
        } else {
            fixture.outlive_leases().await;
            bee.one().await?
        };
        check_eq!(lease.event().id(), event.id(), "the event");
        lease.commit().await?;
    }
    bee.nothing("every event has come").await
}

async fn a_cancelled_receive_keeps_nothing_from_others(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let mut other = fixture.reader(&name).await?;
    let event = fixture.flower();
    {
        let long = 4 * fixture.timing.lease;
        let mut first = Box::pin(bee.receiver.receive(NonZeroUsize::MIN, long));
        check!(
            futures_util::poll!(&mut first).is_pending(),
            "it did not wait"
        );
        let mut second = Box::pin(other.receiver.receive(NonZeroUsize::MIN, long));
        check!(
            futures_util::poll!(&mut second).is_pending(),
            "it did not wait"
        );
        fixture.push(&event).await?;
        drop(first);
        let patience = fixture.timing.lease + 2 * fixture.timing.wait;
        let Ok(leases) = timeout(patience, second).await else {
            return Err(super::super::Failure::new("the other receiver got nothing"));
        };
        let mut leases = leases?;
        check_eq!(leases.len(), 1, "leases");
        if let Some(lease) = leases.pop() {
            lease.commit().await?;
        }
    }
    other.nothing("the event was committed").await
}

async fn prefetch_bounds_the_leases(fixture: QueueFixture) -> Outcome {
    let (name, mut other) = fixture.bee().await?;
    let three = NonZeroUsize::MIN.saturating_add(2);
    let mut bound = fixture.reader_with(&name, three).await?;
    let events = fixture.events("Flower", 5);
    fixture.publish(&events).await?;
    let ten = NonZeroUsize::MIN.saturating_add(9);
    let mut leases: Vec<Lease> = Vec::new();
    while leases.len() < 3 {
        let more = bound.receiver.receive(ten, fixture.timing.wait).await?;
        check!(!more.is_empty(), "{} of 3 leases came", leases.len());
        leases.extend(more);
    }
    check_eq!(leases.len(), 3, "leases at one time");
    bound.nothing("three events are leased").await?;
    if let Some(lease) = leases.pop() {
        lease.commit().await?;
    }
    leases.push(bound.one().await?);
    bound.nothing("three events are leased again").await?;
    leases.push(other.one().await?);
    for lease in leases {
        lease.commit().await?;
    }
    bound.nothing("every event was committed").await
}

async fn leases_outlive_a_closed_receiver(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    fixture.push(&fixture.flower()).await?;
    let lease = bee.one().await?;
    bee.receiver.close().await?;
    let mut other = fixture.reader(&name).await?;
    other.nothing("the event is leased").await?;
    lease.commit().await?;
    fixture.outlive_leases().await;
    other.nothing("the event was committed").await
}

async fn leases_outlive_a_dropped_receiver(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    fixture.push(&fixture.flower()).await?;
    let lease = bee.one().await?;
    drop(bee);
    let mut other = fixture.reader(&name).await?;
    other.nothing("the event is leased").await?;
    lease.commit().await?;
    fixture.outlive_leases().await;
    other.nothing("the event was committed").await
}

async fn a_closed_receiver_holds_nothing_back(fixture: QueueFixture) -> Outcome {
    let (name, mut bee) = fixture.bee().await?;
    let events = fixture.events("Flower", 5);
    fixture.publish(&events).await?;
    let lease = bee.one().await?;
    let taken = lease.event().id().clone();
    bee.receiver.close().await?;
    lease.commit().await?;
    let rest: Vec<_> = events
        .into_iter()
        .filter(|event| *event.id() != taken)
        .collect();
    fixture.reader(&name).await?.commit_exactly(&rest).await
}

async fn competing_receivers_share(fixture: QueueFixture) -> Outcome {
    const RECEIVERS: usize = 4;
    let (name, _) = fixture.bee().await?;
    let events = fixture.events("Flower", 60);
    let mut receivers = tokio::task::JoinSet::new();
    for _ in 0..RECEIVERS {
        let mut reader = fixture.reader(&name).await?;
        let (wait, seven) = (fixture.timing.wait, NonZeroUsize::MIN.saturating_add(6));
        receivers.spawn(async move {
            let mut ids = Vec::new();
            loop {
                let leases = reader.receiver.receive(seven, wait).await?;
                if leases.is_empty() {
                    return Ok::<_, crate::Error>(ids);
                }
                for lease in leases {
                    ids.push(lease.event().id().clone());
                    lease.commit().await?;
                    tokio::task::yield_now().await;
                }
            }
        });
    }
    for batch in events.chunks(6) {
        fixture.publish(batch).await?;
        tokio::task::yield_now().await;
    }
    let mut ids = Vec::new();
    while let Some(part) = receivers.join_next().await {
        ids.extend(part??);
    }
    ids.sort();
    let mut expected: Vec<_> = events.iter().map(|event| event.id().clone()).collect();
    expected.sort();
    check_eq!(ids, expected, "the events of all receivers");
    Ok(())
}

async fn every_waiting_receiver_is_woken(fixture: QueueFixture) -> Outcome {
    const RECEIVERS: usize = 4;
    let (name, _) = fixture.bee().await?;
    let mut receivers = tokio::task::JoinSet::new();
    for _ in 0..RECEIVERS {
        let one = NonZeroUsize::MIN;
        let mut reader = fixture.reader_with(&name, one).await?;
        let wait = 4 * fixture.timing.wait;
        receivers.spawn(async move { reader.receiver.receive(one, wait).await });
    }
    sleep(fixture.timing.wait).await;
    fixture
        .publish(&fixture.events("Flower", RECEIVERS))
        .await?;
    while let Some(leases) = receivers.join_next().await {
        check_eq!(leases??.len(), 1, "leases of a receiver that waited");
    }
    Ok(())
}
