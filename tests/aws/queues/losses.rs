//! What is lost on the wire is neither lost in a queue nor taken for done.

use std::time::Duration;

use beehive_core::ErrorKind;
use beehive_core::queue::{EventQueue as _, EventQueueExt as _, FailureHistory};
use beehive_tests::gate::Fault::Throttle;
use beehive_tests::trials::{Outcome, Trial};
use libtest_mimic::Failed;

use super::{declared, flower, name, nothing, one, queue_over};
use crate::emulator::trial;
use crate::faults::{equal, spent};
use crate::wire::{Fault, Wire};

const REFUSED: &str =
    r#"{"Successful":[],"Failed":[{"Id":"0","Code":"ReceiptHandleIsInvalid","SenderFault":true}]}"#;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("queues::losses::publishing", publishing),
        trial("queues::losses::receiving", receiving),
        trial("queues::losses::settling", settling),
        trial("queues::losses::deferring", deferring),
        trial("queues::losses::a_lost_receipt", a_lost_receipt),
        trial("queues::losses::health", health),
    ]
}

async fn publishing() -> Outcome {
    let wire = Wire::new();
    let queue = queue_over(&wire).await?;
    let jobs = name("Jobs-Jobs");
    let mut bee = declared(&queue, &name("Flower-Bee")).await?;
    let mut worker = declared(&queue, &jobs).await?;
    // Confirmed though the first answers are lost; it may come twice, under one id.
    wire.fail("PublishBatch", Fault::Lose);
    wire.fail("PublishBatch", Fault::Swallow);
    wire.fail("SendMessageBatch", Fault::Swallow);
    wire.fail("SendMessageBatch", Fault::Refuse(Throttle));
    let event = flower();
    queue.push(event.clone()).await?;
    queue.push(event.clone().with_destination(jobs)).await?;
    for receiver in [&mut bee, &mut worker] {
        for _ in 0..2 {
            let lease = one(&mut **receiver).await?;
            equal("the event", lease.event().id(), event.id())?;
            lease.commit().await?;
        }
        nothing(&mut **receiver).await?;
    }
    spent(&wire)
}

async fn receiving() -> Outcome {
    let wire = Wire::new();
    let queue = queue_over(&wire).await?;
    let mut bee = declared(&queue, &name("Flower-Bee")).await?;
    wire.fail("ReceiveMessage", Fault::Lose);
    wire.fail("ReceiveMessage", Fault::Refuse(Throttle));
    wire.fail("ReceiveMessage", Fault::Swallow);
    let event = flower();
    queue.push(event.clone()).await?;
    // What went into the swallowed answer is held for nobody until its lease is over.
    let mut leases = Vec::new();
    for _ in 0..5 {
        let one = std::num::NonZeroUsize::MIN;
        leases = bee.receive(one, Duration::from_secs(5)).await?;
        if !leases.is_empty() {
            break;
        }
    }
    let lease = leases.pop().ok_or_else(|| Failed::from("no event came"))?;
    equal("the event", lease.event().id(), event.id())?;
    equal("the attempt", lease.attempt(), 2)?;
    lease.commit().await?;
    spent(&wire)
}

async fn settling() -> Outcome {
    let wire = Wire::new();
    let queue = queue_over(&wire).await?;
    let mut bee = declared(&queue, &name("Flower-Bee")).await?;
    queue.push(flower()).await?;
    let mut lease = one(&mut *bee).await?;
    wire.fail("ChangeMessageVisibilityBatch", Fault::Swallow);
    lease.extend(super::LEASE).await?;
    wire.fail("ChangeMessageVisibilityBatch", Fault::Lose);
    lease.abandon().await?;
    let lease = one(&mut *bee).await?;
    wire.fail("DeleteMessageBatch", Fault::Swallow);
    wire.fail("DeleteMessageBatch", Fault::Refuse(Throttle));
    lease.commit().await?;
    nothing(&mut *bee).await?;
    spent(&wire)
}

async fn deferring() -> Outcome {
    let wire = Wire::new();
    let queue = queue_over(&wire).await?;
    let mut bee = declared(&queue, &name("Flower-Bee")).await?;
    queue.push(flower()).await?;
    let lease = one(&mut *bee).await?;
    // The copy is sent, and the source cannot be removed for now.
    for _ in 0..8 {
        wire.fail("DeleteMessageBatch", Fault::Lose);
    }
    let history = FailureHistory {
        attempts: 3,
        ..FailureHistory::default()
    };
    let delay = Duration::from_secs(1);
    let Err(failed) = lease.defer(delay, history).await else {
        return Err("it was deferred though its source is there".into());
    };
    equal("temporary", failed.error.is_temporary(), true)?;
    wire.take_counts();
    // Again, it only removes what is left; unless the lease ended meanwhile, which is as right.
    match failed.lease.defer(delay, history).await {
        Ok(()) => {
            let counts = wire.take_counts();
            let sent = counts.iter().any(|(name, _)| name == "SendMessageBatch");
            equal("sent again", sent, false)?;
        }
        Err(failed) => equal("the kind", failed.error.kind(), ErrorKind::LeaseLost)?,
    }
    // The copy, or the source and the copy.
    loop {
        let lease = one(&mut *bee).await?;
        let is_copy = lease.history() == history;
        lease.commit().await?;
        if is_copy {
            return Ok(());
        }
    }
}

async fn a_lost_receipt() -> Outcome {
    let wire = Wire::new();
    let queue = queue_over(&wire).await?;
    let mut bee = declared(&queue, &name("Flower-Bee")).await?;
    queue.push(flower()).await?;
    let lease = one(&mut *bee).await?;
    let refused = Fault::Answer {
        status: 200,
        body: REFUSED,
    };
    wire.fail("DeleteMessageBatch", refused);
    let Err(failed) = lease.commit().await else {
        return Err("it was committed".into());
    };
    equal("the kind", failed.error.kind(), ErrorKind::LeaseLost)?;
    // Once it is lost, it is lost, and nothing is asked any more.
    wire.take_counts();
    let Err(failed) = failed.lease.abandon().await else {
        return Err("it was abandoned".into());
    };
    equal("the kind", failed.error.kind(), ErrorKind::LeaseLost)?;
    equal("requests", wire.take_counts(), Vec::new())?;
    spent(&wire)
}

async fn health() -> Outcome {
    const DENIED: &str = r#"{"__type":"com.amazonaws.sqs#AccessDeniedException","message":"User: x is not authorized"}"#;
    let wire = Wire::new();
    let queue = queue_over(&wire).await?;
    let jobs = name("Jobs-Jobs");
    queue.declare(&jobs).await?;
    equal("healthy", queue.health().is_up(), true)?;
    let denied = Fault::Answer {
        status: 400,
        body: DENIED,
    };
    wire.fail("SendMessageBatch", denied);
    let event = flower().with_destination(jobs);
    let Err(error) = queue.push(event.clone()).await else {
        return Err("it was published".into());
    };
    equal("the kind", error.kind(), ErrorKind::Denied)?;
    let shown = format!("{:?}", queue.health());
    equal("names the cause", shown.contains("denies access"), true)?;
    queue.push(event).await?;
    equal("healthy again", queue.health().is_up(), true)?;
    spent(&wire)
}
