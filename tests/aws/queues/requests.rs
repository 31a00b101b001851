//! How many requests events take.

use std::num::NonZeroUsize;

use beehive_core::queue::EventQueue as _;
use beehive_tests::trials::{Outcome, Trial};
use futures_util::future::join_all;
use libtest_mimic::Failed;

use super::{WAIT, declared, flower, name, queue_over};
use crate::emulator::trial;
use crate::faults::equal;
use crate::wire::Wire;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("queues::requests::ten_events_take_as_many_as_one", ten),
        trial("queues::requests::commits_at_one_time_go_together", commits),
    ]
}

/// The requests of a hop: publish so many events at once, receive and commit each.
async fn hop(count: usize) -> Result<Vec<(String, usize)>, Failed> {
    let wire = Wire::new();
    let queue = queue_over(&wire).await?;
    let mut bee = declared(&queue, &name("Flower-Bee")).await?;
    wire.take_counts();
    let events: Vec<_> = (0..count).map(|_| flower()).collect();
    queue.publish(&events).await?;
    let mut left = count;
    while let Some(max) = NonZeroUsize::new(left) {
        let leases = bee.receive(max, WAIT).await?;
        if leases.is_empty() {
            return Err(format!("{left} of {count} events did not come").into());
        }
        left -= leases.len();
        for settled in join_all(leases.into_iter().map(beehive_core::queue::Lease::commit)).await {
            settled?;
        }
    }
    Ok(wire.take_counts())
}

/// What is committed in one moment takes two requests at most: the first may be on its way before the
/// last has a say.
fn few(committed: usize, received: usize) -> Outcome {
    if committed <= 2 * received {
        return Ok(());
    }
    Err(format!("{committed} requests committed what came with {received}").into())
}

/// How often an operation went over the wire.
fn of(counts: &[(String, usize)], name: &str) -> usize {
    let count = counts.iter().find(|(counted, _)| counted == name);
    count.map_or(0, |(_, count)| *count)
}

async fn ten() -> Outcome {
    for count in [1, 10] {
        let counts = hop(count).await?;
        let names: Vec<_> = counts.iter().map(|(name, _)| name.as_str()).collect();
        let expected = vec!["DeleteMessageBatch", "PublishBatch", "ReceiveMessage"];
        equal("requests", names, expected)?;
        equal("publishing", of(&counts, "PublishBatch"), 1)?;
        // SNS hands events on one by one, so the first answer need not have them all.
        let received = of(&counts, "ReceiveMessage");
        let committed = of(&counts, "DeleteMessageBatch");
        few(committed, received)?;
    }
    Ok(())
}

async fn commits() -> Outcome {
    let counts = hop(60).await?;
    equal("publishing", of(&counts, "PublishBatch"), 6)?;
    let received = of(&counts, "ReceiveMessage");
    let committed = of(&counts, "DeleteMessageBatch");
    few(committed, received)
}
