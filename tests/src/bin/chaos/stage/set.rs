//! Everything that is started for a run, and how it is reached around the faults.

use std::sync::Arc;

use beehive_aws::sqs::{SqsOptions, SqsQueue};
use beehive_aws::{AwsConfig, ProvisioningMode};
use beehive_core::prelude::{EventQueue, Stores};
use beehive_rabbit::{RabbitConfig, RabbitQueue};
use beehive_tests::gate::Gate;
use beehive_tests::proxy::Proxy;
use beehive_tests::services::{Broker, BrokerOptions};
use prismo_ecommerce::backend::aws_stores;
use prismo_ecommerce::cli::Namespace;

use super::door::Door;
use super::environment::Environment;
use crate::Result;
use crate::plan::Backend;

/// The services of a run, with a gate before the stores that all processes share.
#[derive(Debug)]
pub(crate) struct Stage {
    backend: Backend,
    namespace: Namespace,
    broker: Option<Broker>,
    gates: Vec<Gate>,
    /// Where the gate before all services but DynamoDB is.
    through_whole: String,
    environment: Environment,
}

/// What a fault of the queue breaks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Broken<'a> {
    /// A broker of ours.
    Broker(&'a Broker),
    /// The service of someone else.
    Nothing,
}

impl Stage {
    /// Starts what is to be broken, and puts gates before the rest.
    pub(crate) async fn set(backend: Backend, namespace: &str, seed: u64) -> Result<Self> {
        let broker = match backend {
            Backend::Cloud => Some(Broker::start(BrokerOptions::default()).await?),
            Backend::Aws => None,
        };
        let whole = variable("AWS_ENDPOINT_URL")?;
        let documents =
            std::env::var("AWS_ENDPOINT_URL_DYNAMODB").unwrap_or_else(|_| whole.clone());
        let (whole_gate, through_whole) = Gate::in_front_of(&whole, seed).await?;
        let (documents_gate, through_documents) = Gate::in_front_of(&documents, !seed).await?;
        Ok(Self {
            backend,
            namespace: namespace.parse()?,
            broker,
            gates: vec![whole_gate, documents_gate],
            through_whole: through_whole.clone(),
            environment: Environment::default()
                .with("AWS_ENDPOINT_URL", through_whole)
                .with("AWS_ENDPOINT_URL_DYNAMODB", through_documents),
        })
    }

    /// A way in for one process.
    pub(crate) async fn door(&self) -> Result<Door> {
        let around = match &self.broker {
            Some(broker) => broker.url().to_owned(),
            None => self.through_whole.clone(),
        };
        let (proxy, through) = Proxy::in_front_of(&around).await?;
        let environment = self.environment.clone();
        let environment = match self.backend {
            Backend::Cloud => environment.with("AMQP_URL", through),
            Backend::Aws => environment
                .with("AWS_ENDPOINT_URL_SQS", through.clone())
                .with("AWS_ENDPOINT_URL_SNS", through),
        };
        Ok(Door::new(proxy, environment))
    }

    /// The gates before the stores.
    pub(crate) fn gates(&self) -> &[Gate] {
        &self.gates
    }

    /// What stands behind the queue.
    pub(crate) fn broken(&self) -> Broken<'_> {
        self.broker.as_ref().map_or(Broken::Nothing, Broken::Broker)
    }

    /// The queue itself, past all faults but those of the broker.
    pub(crate) async fn queue(&self) -> Result<Arc<dyn EventQueue>> {
        let namespace = self.namespace.as_str();
        if let Some(broker) = &self.broker {
            let config = RabbitConfig::from_url(broker.url())?;
            let config = config.with_namespace(namespace.parse()?);
            return Ok(Arc::new(RabbitQueue::connect(config).await?));
        }
        let options = SqsOptions::new(namespace).with_provisioning(ProvisioningMode::Create);
        Ok(Arc::new(
            SqsQueue::open(&AwsConfig::from_env().await, &options).await?,
        ))
    }

    /// The stores themselves, past all faults.
    pub(crate) async fn stores(&self) -> Result<Stores> {
        Ok(aws_stores(&self.namespace, ProvisioningMode::Create).await?)
    }

    /// What sets the queues of this run apart.
    pub(crate) fn namespace(&self) -> &str {
        self.namespace.as_str()
    }

    /// Lets everything through again.
    ///
    /// # Errors
    /// A gate has ended.
    pub(crate) async fn heal(&self) -> Result<()> {
        for gate in &self.gates {
            gate.heal().await?;
        }
        Ok(())
    }
}

fn variable(name: &str) -> Result<String> {
    std::env::var(name).map_err(|_| format!("{name} leads nowhere").into())
}
