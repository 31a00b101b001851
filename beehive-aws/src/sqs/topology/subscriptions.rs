//! Subscriptions of SNS: which queues get what a topic announces.

use aws_sdk_sns::types::Subscription;
use beehive_core::{Error, ErrorKind, Result};
use serde_json::json;

use super::topology::Topology;
use crate::ProvisioningMode;

const SUBSCRIBE: &str = "subscribe queue";
/// What makes SNS deliver what was published as it is, and not as JSON about it.
const RAW: &str = "RawMessageDelivery";
/// Where what SNS cannot deliver goes.
const REDRIVE: &str = "RedrivePolicy";

impl Topology {
    /// Makes sure that a queue gets what a topic announces, as the mode says.
    pub(super) async fn ensure_subscription(
        &self,
        topic: &str,
        queue: &str,
        dead_letters: &str,
    ) -> Result<()> {
        match self.options.provisioning() {
            ProvisioningMode::Trust => Ok(()),
            ProvisioningMode::Check => self.check_subscription(topic, queue).await,
            ProvisioningMode::Create => self.subscribe(topic, queue, dead_letters).await,
        }
        .map_err(|error| {
            error
                .with_operation(SUBSCRIBE)
                .with_context("topic", topic)
                .with_context("queue", queue)
        })
    }

    async fn subscribe(&self, topic: &str, queue: &str, dead_letters: &str) -> Result<()> {
        let redrive = json!({ "deadLetterTargetArn": dead_letters }).to_string();
        let request = self
            .sns
            .subscribe()
            .topic_arn(topic)
            .protocol("sqs")
            .endpoint(queue)
            .attributes(RAW, "true")
            .attributes(REDRIVE, redrive)
            .return_subscription_arn(true);
        match self.topic_calls.call(|| request.clone().send()).await {
            Ok(_) => Ok(()),
            Err(failed) if failed.kind() == ErrorKind::Invalid => Err(Error::new(
                ErrorKind::Conflict,
                "the queue is subscribed with other attributes; unsubscribe it, or change them to \
                 what they should be",
            )
            .with_source(failed.into_error(SUBSCRIBE))),
            Err(failed) => Err(failed.into_error(SUBSCRIBE)),
        }
    }

    async fn check_subscription(&self, topic: &str, queue: &str) -> Result<()> {
        let Some(subscription) = self.subscription(topic, queue).await? else {
            return Err(Error::new(
                ErrorKind::Configuration,
                "the queue is not subscribed to the topic; have it subscribed with raw delivery",
            ));
        };
        let request = self
            .sns
            .get_subscription_attributes()
            .subscription_arn(subscription);
        let output = self.topic_calls.call(|| request.clone().send()).await;
        let output = output.map_err(|failed| failed.into_error(SUBSCRIBE))?;
        let attributes = output.attributes.unwrap_or_default();
        if attributes.get(RAW).is_some_and(|raw| raw == "true") {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Conflict,
            "the queue is subscribed without raw delivery, and would get JSON about events",
        )
        .with_context("attribute", RAW))
    }

    /// What AWS calls the subscription of a queue to a topic.
    pub(super) async fn subscription(&self, topic: &str, queue: &str) -> Result<Option<String>> {
        let all = self.subscriptions(topic).await?;
        let found = all
            .into_iter()
            .find(|subscription| subscription.endpoint() == Some(queue));
        Ok(found.and_then(|subscription| subscription.subscription_arn))
    }

    /// All subscriptions to a topic; none if there is no such topic.
    pub(super) async fn subscriptions(&self, topic: &str) -> Result<Vec<Subscription>> {
        let mut all = Vec::new();
        let mut next = None;
        loop {
            let request = self
                .sns
                .list_subscriptions_by_topic()
                .topic_arn(topic)
                .set_next_token(next);
            let page = match self.topic_calls.call(|| request.clone().send()).await {
                Ok(page) => page,
                Err(failed) if failed.kind() == ErrorKind::NotFound => return Ok(all),
                Err(failed) => return Err(failed.into_error("list subscriptions")),
            };
            all.extend(page.subscriptions.unwrap_or_default());
            next = page.next_token;
            if next.is_none() {
                return Ok(all);
            }
        }
    }
}
