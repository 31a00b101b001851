//! The function.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use beehive_core::hive::{DrainReport, Hive, RunningHive};
use beehive_core::queue::QueueName;
use beehive_core::{Error, ErrorKind, Result};
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::{debug, warn};

use super::answer::SqsBatchResponse;
use super::batch::SqsBatch;
use super::feed::Open;
use super::queue::LambdaQueue;
use super::runtime;
use super::time::{self, MARGIN};
use crate::sqs::SqsQueue;

pub(super) const INVOKE: &str = "invoke function";

/// A function of AWS Lambda that runs the actors of a hive; see the [module](super).
///
/// ```no_run
/// use std::time::Duration;
///
/// use beehive_aws::lambda::LambdaFunction;
/// use beehive_aws::sqs::{SqsOptions, SqsQueue};
/// use beehive_aws::{AwsConfig, ProvisioningMode};
/// use beehive_core::hive::FactorySettings;
/// use beehive_core::prelude::*;
///
/// #[actor("OrderAccepted-Payment")]
/// async fn pay(order: Event) -> Result<(), ActorError> {
///     # let _ = order;
///     Ok(())
/// }
///
/// #[tokio::main]
/// async fn main() -> Result<(), beehive_core::Error> {
///     let options = SqsOptions::new("shop").with_provisioning(ProvisioningMode::Trust);
///     let queue = SqsQueue::open(&AwsConfig::from_env().await, &options).await?;
///     let function = LambdaFunction::new(queue);
///     // For a function that may run for half a minute.
///     let settings = FactorySettings::default()
///         .with_lease(Duration::from_secs(20))
///         .with_timeout(Duration::from_secs(15));
///     let hive = Hive::builder("payment")
///         .queue(function.queue())
///         .settings(settings)
///         .actor::<pay>()
///         .entry("OrderAccepted")
///         .build()?;
///     function.run(hive).await
/// }
/// ```
#[derive(Debug)]
pub struct LambdaFunction {
    queue: LambdaQueue,
    margin: Duration,
}

impl LambdaFunction {
    /// A function whose actors publish to this queue.
    #[must_use]
    pub fn new(queue: SqsQueue) -> Self {
        Self {
            queue: LambdaQueue::new(queue),
            margin: MARGIN,
        }
    }

    /// Answers so long before the function's time is over; a second unless told otherwise, and never
    /// more than a quarter of the time.
    #[must_use]
    pub fn with_margin(mut self, margin: Duration) -> Self {
        self.margin = margin;
        self
    }

    /// The queue for its hive.
    pub fn queue(&self) -> LambdaQueue {
        self.queue.clone()
    }

    /// Starts the hive, and serves invocations through `lambda_runtime` for as long as Lambda asks for
    /// any. Several at one time on instances that Lambda gives several.
    ///
    /// # Errors
    /// As [`start`](Self::start); [`ErrorKind::Configuration`] outside of Lambda and what stands for it;
    /// whatever ends the runtime.
    pub async fn run(self, hive: Hive) -> Result<()> {
        runtime::check()?;
        let function = self.start(hive).await?;
        runtime::serve(Arc::new(function)).await
    }

    /// Starts the hive, for who serves invocations in another way.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the hive has pulsers, which need a process that always runs, and
    /// as [`Hive::start`].
    ///
    /// # Cancel safety
    /// As [`Hive::start`].
    pub async fn start(self, hive: Hive) -> Result<RunningFunction> {
        if let Some((pulser, topic)) = hive.graph().pulsers().next() {
            return Err(Error::new(
                ErrorKind::Configuration,
                "a function stands still between two invocations, and its pulsers with it; run them in \
                 a worker, or have a schedule of EventBridge publish",
            )
            .with_operation("start function")
            .with_context("pulser", pulser)
            .with_context("topic", topic));
        }
        let mut queues = HashMap::new();
        for step in hive.graph().steps() {
            for arn in self.queue.sqs().arns(&step.queue).await? {
                queues.insert(arn, step.queue.clone());
            }
        }
        Ok(RunningFunction {
            hive: hive.start().await?,
            queue: self.queue,
            margin: self.margin,
            queues,
        })
    }
}

/// A function whose hive runs. Dropping it stops the hive.
#[derive(Debug)]
pub struct RunningFunction {
    hive: RunningHive,
    queue: LambdaQueue,
    margin: Duration,
    /// What its actors read, by what that is called for all of AWS.
    queues: HashMap<String, QueueName>,
}

impl RunningFunction {
    /// Has the actor of their queue work on messages, and says which are to come again: those that
    /// were not done when the margin before `deadline` was reached, and in a queue that keeps order
    /// those behind them. All others are done, deferred or dead-lettered, and their follow-ups are
    /// confirmed.
    ///
    /// # Errors
    /// Then all of them are to come again: [`ErrorKind::NotFound`] if no actor of the hive reads their
    /// queue, [`ErrorKind::Invalid`] if they are of several, [`ErrorKind::Configuration`] if there is
    /// less time than a lease of the actor takes.
    ///
    /// # Cancel safety
    /// Dropping the future takes the leases of all messages that are not done. Whoever received them
    /// has not heard which are.
    pub async fn invoke(&self, batch: SqsBatch, deadline: SystemTime) -> Result<SqsBatchResponse> {
        let left = deadline.duration_since(SystemTime::now());
        let end = time::end(Instant::now(), left.unwrap_or_default(), self.margin);
        let Some(name) = self.name(&batch)? else {
            return Ok(SqsBatchResponse::default());
        };
        let refused = |error: Error| error.with_operation(INVOKE).with_context("queue", &name);
        let feed = self.queue.feed(&name);
        let Ok(lease) = timeout_at(end, feed.lease()).await else {
            return Err(refused(not_read()));
        };
        let begin_until = end.checked_sub(lease);
        let Some(begin_until) = begin_until.filter(|until| Instant::now() <= *until) else {
            return Err(refused(too_short(end, lease)));
        };
        let open = feed.open(batch.into_records(), end);
        work(&name, &open, begin_until).await;
        self.give_back(&name, &open, end).await;
        Ok(open.invocation.response())
    }

    /// The hive.
    pub fn hive(&self) -> &RunningHive {
        &self.hive
    }

    /// Stops the hive; see [`RunningHive::drain`].
    ///
    /// # Cancel safety
    /// As [`RunningHive::drain`].
    pub async fn drain(self) -> DrainReport {
        self.hive.drain().await
    }

    /// The queue of a batch; `None` if that is empty.
    fn name(&self, batch: &SqsBatch) -> Result<Option<QueueName>> {
        let Some(arn) = batch.queue_arn()? else {
            return Ok(None);
        };
        let name = self.queues.get(arn).cloned();
        name.map(Some).ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                "no actor of this function reads the queue it was invoked for; check its trigger, and \
                 the function's namespace, region and account",
            )
            .with_operation(INVOKE)
            .with_context("queue", arn)
        })
    }

    /// Has those that were not tried, because another of their group comes before them, come again as
    /// soon as that one does.
    async fn give_back(&self, name: &QueueName, open: &Open, end: Instant) {
        let behind = open.invocation.behind();
        if behind.is_empty() {
            return;
        }
        let giving = self.queue.sqs().give_back(name, behind);
        match timeout_at(end, giving).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                debug!(queue = %name, %error, "they come again when the queue lets go of them");
            }
            Err(_) => debug!(queue = %name, "no time was left to give events back"),
        }
    }
}

/// Waits until all is said of an invocation, and cuts off what is late.
async fn work(name: &QueueName, open: &Open, begin_until: Instant) {
    let invocation = &open.invocation;
    tokio::select! {
        biased;
        () = invocation.settled() => {}
        () = sleep_until(begin_until) => {
            let withdrawn = invocation.withdraw();
            if withdrawn > 0 {
                warn!(
                    queue = %name, withdrawn,
                    "events were not begun while there was a lease's time left, and come again; the \
                     batch is too large for the function's time and the actor's parallelism"
                );
            }
            // What is still open when the time is over is cut off below.
            timeout_at(invocation.end(), invocation.settled()).await.ok();
        }
    }
    let cut = open.close();
    if cut > 0 {
        warn!(queue = %name, cut, "events were in work when the function had to answer, and come again");
    }
}

fn not_read() -> Error {
    Error::new(
        ErrorKind::Configuration,
        "the hive does not take what the function is invoked for; give it the function's own queue",
    )
}

fn too_short(end: Instant, lease: Duration) -> Error {
    let left = end.saturating_duration_since(Instant::now());
    Error::new(
        ErrorKind::Configuration,
        "the function has less time than a lease of the actor takes; raise the function's time-out, \
         or lower the actor's lease and time-out",
    )
    .with_context("time", format_args!("{left:?}"))
    .with_context("lease", format_args!("{lease:?}"))
}
