//! Events on SNS and SQS while some requests meet a fault.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use beehive_aws::ProvisioningMode;
use beehive_aws::sqs::{SqsOptions, SqsQueue};
use beehive_core::ErrorKind;
use beehive_core::event::{Event, EventId};
use beehive_core::queue::{EventQueue as _, Lease, QueueName, Receiver, ReceiverOptions};
use beehive_tests::gate::{Fault, Rule, Service};
use beehive_tests::trials::{Outcome, Trial};
use futures_util::future::join_all;
use libtest_mimic::Failed;
use tokio::time::{Instant, timeout};

use super::{Behind, FAULTS, SHARE, of_each};
use crate::emulator::unique;
use crate::faults::equal;

/// How long leases last.
const LEASE: Duration = Duration::from_secs(5);
/// How many events there are in each queue.
const EVENTS: usize = 60;
/// When it is too late for the last event.
const PATIENCE: Duration = Duration::from_mins(3);

pub(super) fn trials() -> Vec<Trial> {
    let faults: Vec<_> = FAULTS
        .into_iter()
        // Nobody is in anybody's way there.
        .filter(|fault| *fault != Fault::Conflict)
        .collect();
    of_each("events", &faults, everything)
}

/// What is confirmed is delivered, and what is committed does not come again.
async fn everything(fault: Fault) -> Outcome {
    let behind = Behind::the_gate(Service::Sqs).await?;
    let options = SqsOptions::new(unique()).with_provisioning(ProvisioningMode::Create);
    let queue = SqsQueue::open(&behind.config, &options).await?;
    let (bee, jobs) = (name("Flower-Bee")?, name("Jobs-Jobs")?);
    queue.declare(&bee).await?;
    queue.declare(&jobs).await?;
    // Of all requests only batches can meet it, so it is half of them.
    let share = if fault == Fault::Part { 0.5 } else { SHARE };
    // To topics go few requests, so the first is met in any case.
    let first = Rule::new(fault).with_services([Service::Sns]).with_times(1);
    behind.gate.set([first, Rule::new(fault).with_share(share)]);
    let announced: Vec<_> = (0..EVENTS).map(|_| flower()).collect();
    let sent: Vec<_> = (0..EVENTS)
        .map(|_| flower().with_destination(jobs.clone()))
        .collect();
    for events in announced.chunks(20).chain(sent.chunks(20)) {
        confirmed(&queue, events).await?;
    }
    let (from_bee, from_jobs) = tokio::try_join!(
        committed(&queue, &bee, ids(&announced)),
        committed(&queue, &jobs, ids(&sent))
    )?;
    equal("from the topic", from_bee, ids(&announced))?;
    equal("from the queue", from_jobs, ids(&sent))?;
    // On a good day nothing is left.
    behind.gate.heal().await?;
    for queue_name in [&bee, &jobs] {
        let mut receiver = receiver(&queue, queue_name).await?;
        empty(&mut *receiver).await?;
    }
    for service in [Service::Sns, Service::Sqs] {
        let hits = behind.gate.counts().hits_on(service).all;
        equal("whether it was hit", (service, hits > 0), (service, true))?;
    }
    behind.happened(fault, 2)
}

fn name(text: &str) -> Result<QueueName, Failed> {
    Ok(text.parse()?)
}

fn flower() -> Event {
    Event::new("Flower", "text/plain", "clover")
}

fn ids(events: &[Event]) -> BTreeSet<EventId> {
    events.iter().map(|event| event.id().clone()).collect()
}

async fn receiver(queue: &SqsQueue, name: &QueueName) -> Result<Box<dyn Receiver>, Failed> {
    let ten = NonZeroUsize::MIN.saturating_add(9);
    Ok(queue
        .receiver(name, ReceiverOptions::new(ten, LEASE))
        .await?)
}

/// Publishes until all are confirmed: where a service refuses an event again and again, its publisher
/// is told, and may try later.
async fn confirmed(queue: &SqsQueue, events: &[Event]) -> Outcome {
    let mut left = events.to_vec();
    for _ in 0..5 {
        let Err(error) = queue.publish(&left).await else {
            return Ok(());
        };
        let failures = error.failures();
        if let Some(other) = failures.iter().find(|it| !it.error.is_temporary()) {
            return Err(format!("{other:?}").into());
        }
        let is_left = |event: &Event| failures.iter().any(|it| it.id == *event.id());
        left.retain(is_left);
    }
    Err(format!("{} events are not confirmed", left.len()).into())
}

/// Commits until all these are committed, each of which may come more than once, and returns what
/// was.
async fn committed(
    queue: &SqsQueue,
    name: &QueueName,
    expected: BTreeSet<EventId>,
) -> Result<BTreeSet<EventId>, Failed> {
    let mut receiver = receiver(queue, name).await?;
    let mut committed = BTreeSet::new();
    let end = Instant::now() + PATIENCE;
    while !expected.is_subset(&committed) {
        if Instant::now() >= end {
            return Err(format!("{} of {EVENTS} came", committed.len()).into());
        }
        let ten = NonZeroUsize::MIN.saturating_add(9);
        // A receiver may be told that SQS cannot be asked now, and goes on.
        let leases = match receiver.receive(ten, LEASE).await {
            Ok(leases) => leases,
            Err(error) if error.is_temporary() => continue,
            Err(error) => return Err(error.into()),
        };
        let settled = join_all(leases.into_iter().map(commit)).await;
        for id in settled {
            committed.extend(id?);
        }
    }
    Ok(committed)
}

/// Commits, and returns what was; a lease that is over comes again.
async fn commit(lease: Lease) -> Result<Option<EventId>, Failed> {
    let id = lease.event().id().clone();
    match lease.commit().await {
        Ok(()) => Ok(Some(id)),
        Err(failed) if failed.error.kind() == ErrorKind::LeaseLost => Ok(None),
        Err(failed) if failed.error.is_temporary() => Ok(None),
        Err(failed) => Err(failed.error.into()),
    }
}

/// Commits what is there twice, or was committed without an answer, until no more comes.
async fn empty(receiver: &mut dyn Receiver) -> Outcome {
    let ten = NonZeroUsize::MIN.saturating_add(9);
    let emptying = async {
        loop {
            // Longer than a lease whose holder heard nothing of it.
            let leases = receiver.receive(ten, LEASE * 2).await?;
            if leases.is_empty() {
                return Ok::<_, Failed>(());
            }
            for settled in join_all(leases.into_iter().map(Lease::commit)).await {
                settled?;
            }
        }
    };
    timeout(PATIENCE, emptying).await?
}
