//! What exists on SNS and SQS, for one namespace.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use beehive_core::queue::{QueueKind, QueueName};
use beehive_core::{Error, ErrorKind, Result};
use tokio::sync::OnceCell;

use super::super::arns::{Arns, region};
use super::super::calls::Calls;
use super::super::names::{Names, dead_letters_of};
use super::super::options::SqsOptions;
use super::desk::{QueueDesk, TopicDesk};
use super::plan::Plan;
use crate::AwsConfig;

/// How many queues and topics are remembered. A process with more asks for some again.
const KNOWN_MAX: usize = 10_000;

/// What exists on SNS and SQS, for one namespace.
pub(crate) struct Topology {
    pub(super) sns: aws_sdk_sns::Client,
    pub(super) sqs: aws_sdk_sqs::Client,
    sts: aws_sdk_sts::Client,
    pub(super) calls: Calls,
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
    pub(crate) async fn declare(&self, name: &QueueName) -> Result<()> {
        let declared = match name.kind() {
            QueueKind::Topic => self.ensure_topic(&self.names.topic(name)).await.map(drop),
            QueueKind::Queue => self.declare_queue(name, None).await,
            QueueKind::Subscription => self.declare_subscription(name).await,
        };
        declared.map_err(|error| error.with_context("queue", name))
    }

    async fn declare_subscription(&self, name: &QueueName) -> Result<()> {
        let topic = self.ensure_topic(&self.names.topic(name)).await?;
        self.declare_queue(name, Some(&topic)).await?;
        let arns = self.arns().await?;
        let queue = arns.queue(&self.names.queue(name));
        let dead_letters = arns.queue(&self.names.dead_letters(name));
        self.ensure_subscription(&topic, &queue, &dead_letters)
            .await
    }

    /// Makes sure of a queue and of that of its dead letters, which comes first: the other names it.
    async fn declare_queue(&self, name: &QueueName, topic: Option<&str>) -> Result<()> {
        let arns = self.arns().await?;
        let encryption = self.options.encryption();
        let queue = self.names.queue(name);
        let dead_letters = dead_letters_of(&queue);
        let dead_arn = arns.queue(&dead_letters);
        let below = Plan::new(&dead_letters, &dead_arn, topic, None, encryption);
        self.ensure_queue(&below).await?;
        let arn = arns.queue(&queue);
        let plan = Plan::new(&queue, &arn, topic, Some(&dead_arn), encryption);
        self.ensure_queue(&plan).await
    }

    pub(crate) async fn exists(&self, name: &QueueName) -> Result<bool> {
        let exists = match name.kind() {
            QueueKind::Topic => {
                let arn = self.arns().await?.topic(&self.names.topic(name));
                self.has_topic(&arn).await
            }
            QueueKind::Subscription | QueueKind::Queue => {
                let url = self.url_of(&self.names.queue(name)).await;
                url.map(|url| url.is_some())
            }
        };
        exists.map_err(|error| error.with_context("queue", name))
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
        let Some(url) = self.url_of(queue).await? else {
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
            .or_insert_with(|| Arc::new(QueueDesk::new(queue, &url, &self.sqs, &self.calls)));
        Ok(Arc::clone(desk))
    }

    /// The desk of a topic, whether it exists or not.
    pub(crate) async fn topic(&self, name: &QueueName) -> Result<Arc<TopicDesk>> {
        let topic = self.names.topic(name);
        if let Some(desk) = lock(&self.topics).get(&topic) {
            return Ok(Arc::clone(desk));
        }
        let arn = self.arns().await?.topic(&topic);
        let mut known = lock(&self.topics);
        make_room(&mut known);
        let desk = known
            .entry(topic)
            .or_insert_with(|| Arc::new(TopicDesk::new(&arn, &self.sns, &self.calls)));
        Ok(Arc::clone(desk))
    }

    /// Has the next who needs this queue ask for it again.
    pub(crate) fn forget(&self, desk: &Arc<QueueDesk>) {
        desk.close();
        let mut known = lock(&self.queues);
        // Another may have been declared meanwhile.
        if known
            .get(&desk.queue)
            .is_some_and(|known| Arc::ptr_eq(known, desk))
        {
            known.remove(&desk.queue);
        }
    }

    pub(super) fn forget_queue(&self, queue: &str) {
        if let Some(desk) = lock(&self.queues).remove(queue) {
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
