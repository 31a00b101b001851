//! Where events and state live.

use std::sync::Arc;

use beehive_aws::{
    AwsConfig, AwsStores, ProvisioningMode,
    dynamo::DynamoOptions,
    s3::S3Options,
    sqs::{SqsOptions, SqsQueue},
};
use beehive_core::{
    prelude::{EventQueue, MemoryQueue, Stores},
    queue::QueueName,
};
use beehive_rabbit::{RabbitConfig, RabbitQueue};
use futures_util::future::try_join;
use tracing::warn;

use crate::{
    cli::{BackendKind, Namespace},
    error::Error,
};

/// What the names of the shop's tables begin with. Runs share them, each in its namespace.
const TABLES: &str = "prismo";

/// Names the bucket of the invoices; on AWS itself, no two accounts can have buckets of one name.
const BUCKET_VARIABLE: &str = "PRISMO_BUCKET";
const BUCKET: &str = "prismo-ecommerce";

/// A queue and stores: all that the shop needs to know of a backend.
#[derive(Clone, Debug)]
pub struct Backend {
    /// The queue.
    pub queue: Arc<dyn EventQueue>,
    /// The stores.
    pub stores: Stores,
    /// The broker whose connections this process holds.
    broker: Option<Arc<RabbitQueue>>,
    lifetime: Lifetime,
}

/// How long the queues of a namespace are of use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lifetime {
    /// As long as this process, which knows their namespace alone.
    Process,
    /// Longer: other processes use them, now or later.
    Namespace,
}

impl Backend {
    /// A backend of this queue and these stores.
    pub fn new(queue: impl EventQueue, stores: Stores) -> Self {
        Self {
            queue: Arc::new(queue),
            stores,
            broker: None,
            lifetime: Lifetime::Namespace,
        }
    }

    /// The memory of this process.
    pub fn memory() -> Self {
        Self::new(MemoryQueue::default(), Stores::memory())
    }

    /// Opens the backend someone asked for. Its queues and what it stores are apart from those of
    /// every other namespace.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn open(
        kind: BackendKind,
        namespace: &Namespace,
        lifetime: Lifetime,
    ) -> Result<Self, Error> {
        match kind {
            // Nobody else sees this process's memory, which is all a namespace is for.
            BackendKind::Memory => Ok(Self::memory()),
            BackendKind::Cloud => {
                let stores = aws_stores(namespace, ProvisioningMode::Create);
                let opened = try_join(rabbit(namespace), stores);
                let (queue, stores) = opened.await?;
                Ok(Self {
                    queue: Arc::<RabbitQueue>::clone(&queue),
                    stores,
                    broker: Some(queue),
                    lifetime,
                })
            }
            BackendKind::Aws => {
                let stores = aws_stores(namespace, ProvisioningMode::Create);
                let opened = try_join(sqs(namespace), stores);
                let (queue, stores) = Box::pin(opened).await?;
                Ok(Self {
                    lifetime,
                    ..Self::new(queue, stores)
                })
            }
        }
    }

    /// Removes what is of no use after this process, of these queues and topics, and closes the
    /// connections.
    pub async fn close(&self, names: &[QueueName]) {
        if self.lifetime == Lifetime::Process
            && let Err(error) = self.delete(names).await
        {
            warn!(%error, "queues of this run are left behind");
        }
        if let Some(broker) = &self.broker {
            broker.close().await;
        }
    }

    async fn delete(&self, names: &[QueueName]) -> Result<(), Error> {
        if let Some(broker) = &self.broker {
            broker.delete_declared().await?;
            broker.delete_delays().await?;
            return Ok(());
        }
        for name in names {
            self.queue.delete(name).await?;
        }
        Ok(())
    }

    /// How many events of these queues were given up; a queue that is not there has none.
    ///
    /// # Errors
    /// When the queue cannot be asked.
    pub async fn dead_letters<'a>(
        &self,
        queues: impl IntoIterator<Item = &'a QueueName> + Send,
    ) -> Result<u64, Error> {
        let mut count = 0;
        for name in queues.into_iter().collect::<Vec<_>>() {
            match self.queue.dead_letters().count(name).await {
                Ok(found) => count += found,
                Err(error) if error.kind() == beehive_core::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(count)
    }
}

/// Events on RabbitMQ: the broker that `AMQP_URL` names, or the one of this machine.
async fn rabbit(namespace: &Namespace) -> Result<Arc<RabbitQueue>, Error> {
    let config = RabbitConfig::from_env()?.with_namespace(namespace.as_str().parse()?);
    Ok(Arc::new(RabbitQueue::connect(config).await?))
}

/// Events on SNS and SQS, where the environment leads to. What is not there yet is made.
async fn sqs(namespace: &Namespace) -> Result<SqsQueue, Error> {
    let options = SqsOptions::new(namespace.as_str()).with_provisioning(ProvisioningMode::Create);
    Ok(SqsQueue::open(&AwsConfig::from_env().await, &options).await?)
}

/// State on DynamoDB and S3, where the environment leads to, and whether it is made there.
///
/// # Errors
/// When it cannot be reached, or is not there and not to be made.
pub async fn aws_stores(
    namespace: &Namespace,
    provisioning: ProvisioningMode,
) -> Result<Stores, Error> {
    let tables = DynamoOptions::default()
        .with_table_prefix(TABLES)
        .with_namespace(namespace.as_str())
        .with_provisioning(provisioning);
    let bucket = std::env::var(BUCKET_VARIABLE).unwrap_or_else(|_| BUCKET.to_owned());
    let bucket = S3Options::new(bucket)
        .with_prefix(format!("{namespace}/"))
        .with_provisioning(provisioning);
    let aws = AwsStores::open(&AwsConfig::from_env().await, &tables, &bucket).await?;
    Ok(aws.stores())
}
