//! What exists on SNS and SQS, for one namespace.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use beehive_core::queue::{Order, QueueKind, QueueName};
use beehive_core::{Error, ErrorKind, Result};
use tokio::sync::OnceCell;

use super::super::arns::{Arns, region};
use super::super::calls::Calls;
use super::super::names::{Names, dead_letters_of, ordered, plain};
use super::super::options::SqsOptions;
use super::desk::{QueueDesk, TopicDesk};
use super::plan::Plan;
use crate::{AwsConfig, ProvisioningMode};

/// How many queues and topics are remembered. A process with more asks for some again.
const KNOWN_MAX: usize = 10_000;

/// What exists on SNS and SQS, for one namespace.
pub(crate) struct Topology {
    pub(super) sns: aws_sdk_sns::Client,
    pub(super) sqs: aws_sdk_sqs::Client,
    sts: aws_sdk_sts::Client,
    pub(super) calls: Calls,
    pub(super) topic_calls: Calls,
    pub(super) options: SqsOptions,
    pub(super) names: Names,
    region: String,
    arns: OnceCell<Arns>,
    queues: Mutex<HashMap<String, Arc<QueueDesk>>>,
    topics: Mutex<HashMap<String, Arc<TopicDesk>>>,
}

impl Topology {
    pub(crate) fn new(config: &AwsConfig, options: &SqsOptions, calls: Calls) -> Result<Self> {
        let sdk = config.sdk(config.timeouts().attempt());
        Ok(Self {
            sns: aws_sdk_sns::Client::new(&sdk),
            sqs: aws_sdk_sqs::Client::new(&sdk),
            sts: aws_sdk_sts::Client::new(&sdk),
            topic_calls: calls.of_topics(),
            calls,
            names: Names::new(options.namespace()),
            options: options.clone(),
            region: region(config)?,
            arns: OnceCell::new(),
            queues: Mutex::default(),
            topics: Mutex::default(),
        })
    }

    /// What AWS calls things; the account is asked for once.
    pub(crate) async fn arns(&self) -> Result<&Arns> {
        self.arns
            .get_or_try_init(|| async {
                let account = match self.options.account() {
                    Some(account) => account.to_owned(),
                    None => self.account().await?,
                };
                Ok(Arns::new(&self.region, &account))
            })
            .await
    }

    /// What a subscription or a simple queue is called there: without order, and with it.
    #[cfg(feature = "lambda")]
    pub(crate) async fn queue_arns(&self, name: &QueueName) -> Result<[String; 2]> {
        let arns = self.arns().await?;
        let queue = self.names.queue(name);
        Ok([arns.queue(&queue), arns.queue(&ordered(&queue))])
    }

    async fn account(&self) -> Result<String> {
        const OPERATION: &str = "ask for the account";
        let request = self.sts.get_caller_identity();
        let output = self.calls.call(|| request.clone().send()).await;
        let output = output.map_err(|failed| failed.into_error(OPERATION))?;
        output.account.ok_or_else(|| {
            Error::new(ErrorKind::Temporary, "AWS answered without an account")
                .with_operation(OPERATION)
        })
    }

    /// Makes sure of what a name stands for, as the mode says.
    pub(crate) async fn declare(&self, name: &QueueName, order: Order) -> Result<()> {
        let declared = match name.kind() {
            QueueKind::Topic => {
                let topic = self.names.topic(name);
                self.ensure_topic(&topic, order).await.map(drop)
            }
            QueueKind::Queue => self.declare_queue(name, None, order).await.map(drop),
            QueueKind::Subscription => self.declare_subscription(name, order).await,
        };
        declared.map_err(|error| error.with_context("queue", name))
    }

    async fn declare_subscription(&self, name: &QueueName, order: Order) -> Result<()> {
        let topic = self.ensure_topic(&self.names.topic(name), order).await?;
        let queue = self.declare_queue(name, Some(&topic), order).await?;
        let arns = self.arns().await?;
        let dead_letters = arns.queue(&dead_letters_of(&queue));
        self.ensure_subscription(&topic, &arns.queue(&queue), &dead_letters)
            .await
    }

    /// Makes sure of a queue and of that of its dead letters, which comes first: the other names it.
    /// Returns its name on SQS.
    async fn declare_queue(
        &self,
        name: &QueueName,
        topic: Option<&str>,
        order: Order,
    ) -> Result<String> {
        let plain = self.names.queue(name);
        let in_order = ordered(&plain);
        let (queue, other) = if order == Order::BySubject {
            (in_order, plain)
        } else {
            (plain, in_order)
        };
        self.refuse(&other).await?;
        let arns = self.arns().await?;
        let encryption = self.options.encryption();
        let dead_letters = dead_letters_of(&queue);
        let dead_arn = arns.queue(&dead_letters);
        let below = Plan::new(&dead_letters, &dead_arn, topic, None, encryption);
        self.ensure_queue(&below).await?;
        let arn = arns.queue(&queue);
        let plan = Plan::new(&queue, &arn, topic, Some(&dead_arn), encryption);
        self.ensure_queue(&plan).await?;
        Ok(queue)
    }

    /// Makes sure that the queue does not exist with another order.
    async fn refuse(&self, other: &str) -> Result<()> {
        let trusts = self.options.provisioning() == ProvisioningMode::Trust;
        if trusts || self.url_of(other).await?.is_none() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Conflict,
            "the queue exists with another order; delete it first",
        )
        .with_operation("declare queue")
        .with_context("on SQS", other))
    }

    pub(crate) async fn exists(&self, name: &QueueName) -> Result<bool> {
        let exists = match name.kind() {
            QueueKind::Topic => self.topic_exists(name).await,
            QueueKind::Subscription | QueueKind::Queue => {
                let found = self.find(&self.names.queue(name)).await;
                found.map(|found| found.is_some())
            }
        };
        exists.map_err(|error| error.with_context("queue", name))
    }

    async fn topic_exists(&self, name: &QueueName) -> Result<bool> {
        let topic = self.names.topic(name);
        let arns = self.arns().await?;
        Ok(self.has_topic(&arns.topic(&topic)).await?
            || self.has_topic(&arns.topic(&ordered(&topic))).await?)
    }

    /// A queue by its plain name, whether it keeps order or not: its name on SQS, and its URL.
    pub(super) async fn find(&self, queue: &str) -> Result<Option<(String, String)>> {
        for queue in [queue.to_owned(), ordered(queue)] {
            if let Some(url) = self.url_of(&queue).await? {
                return Ok(Some((queue, url)));
            }
        }
        Ok(None)
    }

    /// The desk of a subscription or a simple queue.
    ///
    /// # Errors
    /// `NotFound` if there is none of this name.
    pub(crate) async fn queue(&self, name: &QueueName) -> Result<Arc<QueueDesk>> {
        let desk = self.desk(&self.names.queue(name)).await;
        desk.map_err(|error| error.with_context("queue", name))
    }

    /// The desk of its dead letters.
    ///
    /// # Errors
    /// As [`queue`](Self::queue).
    pub(crate) async fn dead_letters(&self, name: &QueueName) -> Result<Arc<QueueDesk>> {
        self.desk(&self.names.dead_letters(name)).await
    }

    async fn desk(&self, queue: &str) -> Result<Arc<QueueDesk>> {
        if let Some(desk) = lock(&self.queues).get(queue) {
            return Ok(Arc::clone(desk));
        }
        let Some((found, url)) = self.find(queue).await? else {
            return Err(Error::new(
                ErrorKind::NotFound,
                "the queue does not exist; declare it first",
            )
            .with_context("on SQS", queue));
        };
        let mut known = lock(&self.queues);
        make_room(&mut known);
        let desk = known
            .entry(queue.to_owned())
            .or_insert_with(|| Arc::new(QueueDesk::new(&found, &url, &self.sqs, &self.calls)));
        Ok(Arc::clone(desk))
    }

    /// The desk of a topic, whether it exists or not: the one that worked last, or else that of one
    /// without order.
    pub(crate) async fn topic(&self, name: &QueueName) -> Result<Arc<TopicDesk>> {
        let topic = self.names.topic(name);
        if let Some(desk) = lock(&self.topics).get(&topic) {
            return Ok(Arc::clone(desk));
        }
        self.topic_in(name, Order::Any).await
    }

    /// The desk of a topic of this order, which the next ones get too.
    pub(crate) async fn topic_in(&self, name: &QueueName, order: Order) -> Result<Arc<TopicDesk>> {
        let topic = self.names.topic(name);
        let arns = self.arns().await?;
        let arn = match order {
            Order::BySubject => arns.topic(&ordered(&topic)),
            _ => arns.topic(&topic),
        };
        let mut known = lock(&self.topics);
        make_room(&mut known);
        let is_ordered = order == Order::BySubject;
        if let Some(desk) = known.get(&topic)
            && desk.is_ordered == is_ordered
        {
            return Ok(Arc::clone(desk));
        }
        let desk = Arc::new(TopicDesk::new(&arn, &self.sns, &self.topic_calls));
        known.insert(topic, Arc::clone(&desk));
        Ok(desk)
    }

    /// Has the next who needs this queue ask for it again.
    pub(crate) fn forget(&self, desk: &Arc<QueueDesk>) {
        desk.close();
        let mut known = lock(&self.queues);
        // Another may have been declared meanwhile.
        let queue = plain(&desk.queue);
        if known
            .get(queue)
            .is_some_and(|known| Arc::ptr_eq(known, desk))
        {
            known.remove(queue);
        }
    }

    pub(super) fn forget_queue(&self, queue: &str) {
        if let Some(desk) = lock(&self.queues).remove(plain(queue)) {
            desk.close();
        }
    }

    pub(super) fn forget_topic(&self, topic: &str) {
        lock(&self.topics).remove(topic);
    }
}

fn make_room<T>(known: &mut HashMap<String, T>) {
    if known.len() < KNOWN_MAX {
        return;
    }
    if let Some(any) = known.keys().next().cloned() {
        known.remove(&any);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Topology")
            .field("options", &self.options)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}
