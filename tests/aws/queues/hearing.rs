//! Topics that nobody is subscribed to.

use beehive_aws::sqs::UnheardTopics;
use beehive_core::queue::{EventQueue as _, EventQueueExt as _, Health};
use beehive_tests::trials::{Outcome, Trial};

use super::{flower, name, open, options};
use crate::emulator::trial;
use crate::faults::equal;
use crate::wire::Wire;

pub(super) fn trials() -> Vec<Trial> {
    vec![trial(
        "queues::hearing::a_topic_that_nobody_hears_is_told_of",
        unheard,
    )]
}

async fn unheard() -> Outcome {
    let (wire, unasked) = (Wire::new(), options());
    let noticing = unasked.clone().with_unheard_topics(UnheardTopics::Noticed);
    let queue = open(&wire, noticing.clone()).await?;
    queue.declare(&name("Flower-")).await?;
    queue.push(flower()).await?;
    let health = format!("{:?}", queue.health());
    for part in ["Degraded", noticing.namespace(), "nobody is subscribed"] {
        equal(part, health.contains(part), true)?;
    }
    // Whoever does not ask is told nothing, and pays nothing.
    let other = open(&wire, unasked).await?;
    wire.take_counts();
    other.push(flower()).await?;
    equal("unasked", other.health(), Health::Up)?;
    equal("requests", wire.take_counts().len(), 1)?;
    queue.declare(&name("Flower-Bee")).await?;
    let queue = open(&wire, noticing).await?;
    wire.take_counts();
    for _ in 0..3 {
        queue.push(flower()).await?;
    }
    equal("heard", queue.health(), Health::Up)?;
    let expected = [("ListSubscriptionsByTopic", 1), ("PublishBatch", 3)];
    let expected = expected.map(|(name, count)| (name.to_owned(), count));
    equal("requests", wire.take_counts(), expected.to_vec())
}
