//! A shop of its own for each test: queues, stores, orders.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use beehive_aws::sqs::{SqsOptions, SqsQueue};
use beehive_aws::{AwsConfig, ProvisioningMode};
use beehive_core::event::Event;
use beehive_core::queue::{DeclareOptions, EventQueue as _, Order, QueueName, ReceiverOptions};
use beehive_core::store::Stores;
use beehive_tests::trials::namespace;
use libtest_mimic::Failed;
use prismo_ecommerce::backend::{Backend, aws_stores};
use prismo_ecommerce::cli::Namespace;
use prismo_ecommerce::domain::{OrderId, Seed};
use prismo_ecommerce::events::OrderAccepted;
use prismo_ecommerce::state::{Orders, RunRecord};
use tokio::time::Instant;

use crate::trigger::Trigger;

/// What the actor of these tests reads.
pub(crate) const PAYMENT: &str = "OrderAccepted-Payment";
/// What it announces, and somebody who sees it.
const WATCHED: [&str; 2] = ["PaymentAuthorised-Watch", "PaymentFailed-Watch"];
/// How long an event may take from its publisher to its queue.
const WAY: Duration = Duration::from_secs(30);

/// A shop in a namespace of its own.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) namespace: Namespace,
    pub(crate) queue: SqsQueue,
    pub(crate) stores: Stores,
    pub(crate) run: RunRecord,
}

impl Stage {
    /// Stores and no queues yet.
    pub(crate) async fn new() -> Result<Self, Failed> {
        let namespace: Namespace = namespace().parse()?;
        let products = NonZeroU32::MIN.saturating_add(19);
        Ok(Self {
            stores: aws_stores(&namespace, ProvisioningMode::Create).await?,
            run: RunRecord::new(Seed::new(1), 6, products),
            queue: open(&namespace).await?,
            namespace,
        })
    }

    /// All of it, for a hive.
    pub(crate) async fn backend(&self) -> Result<Backend, Failed> {
        Ok(Backend::new(
            open(&self.namespace).await?,
            self.stores.clone(),
        ))
    }

    /// The same with the queue of the payments, and of those who see what they announce.
    pub(crate) async fn with_payments(order: Order) -> Result<(Self, Trigger), Failed> {
        let stage = Self::new().await?;
        let payment: QueueName = PAYMENT.parse()?;
        let options = DeclareOptions::default().with_order(order);
        stage.queue.declare_with(&payment, options).await?;
        for watched in WATCHED {
            stage.queue.declare(&watched.parse()?).await?;
        }
        let ending = if order == Order::BySubject {
            ".fifo"
        } else {
            ""
        };
        let trigger = stage.trigger(&format!("{PAYMENT}{ending}")).await?;
        Ok((stage, trigger))
    }

    /// The trigger of a queue, by the end of its name on SQS.
    pub(crate) async fn trigger(&self, queue: &str) -> Result<Trigger, Failed> {
        Trigger::new(&format!("{}-{queue}", self.namespace)).await
    }

    /// Places an order.
    pub(crate) async fn place(&self, number: u32) -> Result<OrderId, Failed> {
        let order = self.run.generator().order(number);
        let id = order.id;
        Orders::of(&self.stores)?.place(order).await?;
        Ok(id)
    }

    /// Places so many orders, and announces each. Returns the ids of the events.
    pub(crate) async fn trade(&self, orders: u32) -> Result<Vec<String>, Failed> {
        let mut events = Vec::new();
        for number in 1..=orders {
            let order = self.place(number).await?;
            events.push(Event::of(&OrderAccepted { order })?);
        }
        self.queue.publish(&events).await?;
        Ok(events.iter().map(|event| event.id().to_string()).collect())
    }

    /// What the payments announced, once there are so many: the type of each by the event that it
    /// follows from. What comes twice is one.
    pub(crate) async fn announced(&self, count: usize) -> Result<BTreeMap<String, String>, Failed> {
        let end = Instant::now() + WAY;
        let mut announced = BTreeMap::new();
        let ten = ReceiverOptions::new(NonZeroUsize::MIN.saturating_add(9), WAY);
        while announced.len() < count {
            if Instant::now() > end {
                return Err(format!("{announced:?} was announced, and not {count}").into());
            }
            for watched in WATCHED {
                let mut receiver = self.queue.receiver(&watched.parse()?, ten).await?;
                for lease in receiver.receive(ten.prefetch(), Duration::ZERO).await? {
                    let event = lease.event();
                    let cause = event.causation_id().map(ToString::to_string);
                    announced.insert(cause.unwrap_or_default(), event.event_type().to_owned());
                    lease.commit().await?;
                }
            }
        }
        Ok(announced)
    }
}

async fn open(namespace: &Namespace) -> Result<SqsQueue, Failed> {
    let options = SqsOptions::new(namespace.as_str()).with_provisioning(ProvisioningMode::Create);
    Ok(SqsQueue::open(&AwsConfig::from_env().await, &options).await?)
}
