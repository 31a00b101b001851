//! Queues on SNS and SQS beside the promises of the core's suite: what is lost on the wire, what other
//! programs send, bodies on S3, and what is declared.

mod bodies;
mod declaring;
mod foreign;
mod hearing;
mod losses;
mod redriving;
mod requests;

use std::num::NonZeroUsize;
use std::time::Duration;

use beehive_aws::ProvisioningMode;
use beehive_aws::sqs::{SqsOptions, SqsQueue};
use beehive_core::event::Event;
use beehive_core::queue::{EventQueue as _, Lease, QueueName, Receiver, ReceiverOptions};
use beehive_tests::services::aws::Emulator;
use beehive_tests::trials::Trial;
use libtest_mimic::Failed;

use crate::emulator::unique;
use crate::wire::Wire;

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = losses::trials();
    trials.extend(foreign::trials());
    trials.extend(bodies::trials());
    trials.extend(declaring::trials());
    trials.extend(requests::trials());
    trials.extend(redriving::trials());
    trials.extend(hearing::trials());
    trials
}

/// How long leases last.
const LEASE: Duration = Duration::from_secs(5);
/// How long an event may take that is there.
const WAIT: Duration = Duration::from_secs(4);

/// A queue with a namespace of its own, reached over this wire.
pub(crate) async fn queue_over(wire: &Wire) -> Result<SqsQueue, Failed> {
    Ok(open(wire, options()).await?)
}

/// Options that no other trial has.
fn options() -> SqsOptions {
    SqsOptions::new(unique()).with_provisioning(ProvisioningMode::Create)
}

async fn open(wire: &Wire, options: SqsOptions) -> beehive_core::Result<SqsQueue> {
    let config = Emulator::Whole.config().await;
    SqsQueue::open(&config.with_http_client(wire.clone()), &options).await
}

pub(crate) fn name(text: &str) -> QueueName {
    text.parse().expect("trials give names that are some")
}

pub(crate) fn flower() -> Event {
    Event::new("Flower", "text/plain", "clover")
}

/// A receiver of a queue that is declared.
pub(crate) async fn declared(
    queue: &SqsQueue,
    name: &QueueName,
) -> Result<Box<dyn Receiver>, Failed> {
    queue.declare(name).await?;
    let ten = NonZeroUsize::MIN.saturating_add(9);
    Ok(queue
        .receiver(name, ReceiverOptions::new(ten, LEASE))
        .await?)
}

/// The next event.
pub(crate) async fn one(receiver: &mut dyn Receiver) -> Result<Lease, Failed> {
    let mut leases = receiver.receive(NonZeroUsize::MIN, LEASE + WAIT).await?;
    leases.pop().ok_or_else(|| "no event came".into())
}

/// Fails if there is another event.
pub(crate) async fn nothing(receiver: &mut dyn Receiver) -> Result<(), Failed> {
    let wait = Duration::from_secs(1);
    match receiver.receive(NonZeroUsize::MIN, wait).await?.pop() {
        None => Ok(()),
        Some(lease) => Err(format!("{lease:?} came").into()),
    }
}
