//! SNS and SQS behind the core's contract.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::config::StalledStreamProtectionConfig;
use beehive_core::event::{Event, EventLimits};
use beehive_core::queue::{
    AttemptCounting, DeadLetters, DeclareOptions, EventQueue, Health, PublishError,
    QueueCapabilities, QueueName, Receipt, Receiver, ReceiverOptions,
};
use beehive_core::{Error, ErrorKind, Result};

use super::bodies::Bodies;
use super::calls::Calls;
use super::condition::Condition;
use super::dead_letters::SqsDeadLetters;
use super::options::SqsOptions;
use super::parts::Parts;
use super::publisher;
use super::receiver::{LEASE_MAX, SqsReceiver};
#[cfg(feature = "lambda")]
use super::receiver::{Relay, give_back};
use super::topology::Topology;
use crate::AwsConfig;
use crate::attempts::Attempts;

/// A queue on SNS and SQS.
///
/// ```no_run
/// use beehive_aws::sqs::{SqsOptions, SqsQueue};
/// use beehive_aws::{AwsConfig, ProvisioningMode};
/// use beehive_core::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), beehive_core::Error> {
/// let config = AwsConfig::from_env().await;
/// let options = SqsOptions::new("shop").with_provisioning(ProvisioningMode::Create);
/// let hive = Hive::builder("shop").queue(SqsQueue::open(&config, &options).await?);
/// # let _ = hive;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SqsQueue {
    parts: Arc<Parts>,
    dead_letters: SqsDeadLetters,
    capabilities: QueueCapabilities,
}

impl SqsQueue {
    /// Finds out whose the credentials are; topics and queues are looked for when they are declared
    /// or used.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] without a region and for names that cannot be,
    /// [`ErrorKind::Denied`] without credentials, [`ErrorKind::Temporary`] if AWS cannot be reached.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn open(config: &AwsConfig, options: &SqsOptions) -> Result<Self> {
        options.check()?;
        let condition = Arc::new(Condition::default());
        let attempts = Attempts::new(config.timeouts().operation());
        let calls = Calls::new(attempts, Arc::clone(&condition));
        let topology = Topology::new(config, options, calls.clone())?;
        topology.arns().await?;
        let parts = Arc::new(Parts {
            config: config.clone(),
            topology,
            bodies: Bodies::new(options),
            calls,
            condition,
            provisioning: options.provisioning(),
            unheard_topics: options.unheard_topics(),
            polls: polls(config),
        });
        Ok(Self {
            dead_letters: SqsDeadLetters::new(Arc::clone(&parts)),
            parts,
            capabilities: capabilities(options),
        })
    }

    /// Makes leases of messages of this queue that another program received.
    #[cfg(feature = "lambda")]
    pub(crate) fn relay(&self, from: &QueueName, options: ReceiverOptions) -> Relay {
        Relay::new(Arc::clone(&self.parts), from, options.prefetch())
    }

    /// Has messages of this queue delivered again at once, by their receipts.
    #[cfg(feature = "lambda")]
    pub(crate) async fn give_back(&self, from: &QueueName, receipts: Vec<String>) -> Result<()> {
        let desk = self.parts.topology.queue(from).await?;
        give_back(&desk, receipts).await;
        Ok(())
    }

    /// What a queue is called for all of AWS: without order, and with it.
    #[cfg(feature = "lambda")]
    pub(crate) async fn arns(&self, name: &QueueName) -> Result<[String; 2]> {
        self.parts.topology.queue_arns(name).await
    }
}

/// A client whose answers may take their time.
fn polls(config: &AwsConfig) -> aws_sdk_sqs::Client {
    /// Longer than SQS waits; each request says how long it is to take itself.
    const ATTEMPT: Duration = Duration::from_secs(25);
    let sdk = config
        .sdk(ATTEMPT)
        .into_builder()
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    aws_sdk_sqs::Client::new(&sdk)
}

fn capabilities(options: &SqsOptions) -> QueueCapabilities {
    let mut capabilities = QueueCapabilities::full();
    capabilities.lease_max = Some(LEASE_MAX);
    capabilities.detects_unrouted = false;
    capabilities.ordered_by_subject = true;
    capabilities.attempts = AttemptCounting::Deliveries;
    capabilities.limits = EventLimits::default().with_body_max(options.body_max());
    capabilities
}

#[async_trait]
impl EventQueue for SqsQueue {
    fn capabilities(&self) -> &QueueCapabilities {
        &self.capabilities
    }

    fn health(&self) -> Health {
        self.parts.condition.health()
    }

    async fn declare(&self, name: &QueueName) -> Result<()> {
        let options = DeclareOptions::default();
        self.declare_with(name, options).await
    }

    async fn declare_with(&self, name: &QueueName, options: DeclareOptions) -> Result<()> {
        self.parts.topology.declare(name, options.order()).await
    }

    async fn delete(&self, name: &QueueName) -> Result<()> {
        self.parts.topology.delete(name).await
    }

    async fn exists(&self, name: &QueueName) -> Result<bool> {
        self.parts.topology.exists(name).await
    }

    async fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError> {
        publisher::publish(&self.parts, &self.capabilities.limits, events).await
    }

    async fn receiver(
        &self,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Box<dyn Receiver>> {
        let refused = |error: Error| error.with_operation("receive").with_context("queue", from);
        if !from.is_readable() {
            return Err(refused(Error::new(
                ErrorKind::Invalid,
                "a topic cannot be read; read one of its subscriptions",
            )));
        }
        if options.lease() > LEASE_MAX {
            return Err(refused(
                Error::new(
                    ErrorKind::Limit,
                    "SQS takes an event back that is held for twelve hours",
                )
                .with_context("longest lease", format!("{LEASE_MAX:?}")),
            ));
        }
        let receiver = SqsReceiver::open(Arc::clone(&self.parts), from, options).await;
        Ok(Box::new(receiver.map_err(refused)?))
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        &self.dead_letters
    }
}
