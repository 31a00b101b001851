//! Topics of SNS.

use beehive_core::queue::Order;
use beehive_core::{Error, ErrorKind, Result};

use super::super::names::ordered;
use super::super::options::QueueEncryption;
use super::topology::Topology;
use crate::ProvisioningMode;

const DECLARE: &str = "declare topic";

impl Topology {
    /// Makes sure of a topic by its name on SNS, as the mode says, and returns what AWS calls it. One
    /// that keeps order is as good for who does not ask for it.
    pub(super) async fn ensure_topic(&self, topic: &str, order: Order) -> Result<String> {
        let arns = self.arns().await?;
        let (plain, in_order) = (arns.topic(topic), arns.topic(&ordered(topic)));
        if self.options.provisioning() == ProvisioningMode::Trust {
            return Ok(match order {
                Order::BySubject => in_order,
                _ => plain,
            });
        }
        if self.has_topic(&in_order).await? {
            return Ok(in_order);
        }
        if self.options.provisioning() == ProvisioningMode::Create {
            return self.create_topic(topic, &plain, order).await;
        }
        if order != Order::BySubject && self.has_topic(&plain).await? {
            return Ok(plain);
        }
        Err(Error::new(
            ErrorKind::Configuration,
            "the topic does not exist; have it created, or check region and namespace",
        )
        .with_operation(DECLARE)
        .with_context("on SNS", topic)
        .with_context("order", format!("{order:?}")))
    }

    async fn create_topic(&self, topic: &str, plain: &str, order: Order) -> Result<String> {
        let failed = |error: Error| error.with_operation(DECLARE).with_context("on SNS", topic);
        let mut request = self.sns.create_topic();
        if order == Order::BySubject {
            if self.has_topic(plain).await? {
                return Err(failed(Error::new(
                    ErrorKind::Conflict,
                    "the topic exists and keeps no order, so no subscription to it can; delete it, and \
                     declare what keeps order before anybody publishes",
                )));
            }
            let name = ordered(topic);
            request = request.name(name).attributes("FifoTopic", "true");
        } else {
            request = request.name(topic);
        }
        if let QueueEncryption::Kms(key) = self.options.encryption() {
            request = request.attributes("KmsMasterKeyId", key);
        }
        match self.topic_calls.call(|| request.clone().send()).await {
            Ok(output) => output.topic_arn.ok_or_else(|| {
                failed(Error::new(
                    ErrorKind::Temporary,
                    "SNS answered without the topic's name",
                ))
            }),
            // Made by somebody else with other attributes.
            Err(refused) if refused.kind() == ErrorKind::Invalid => Err(failed(
                Error::new(
                    ErrorKind::Conflict,
                    "the topic exists with other attributes; delete it, or change them to what they \
                     should be",
                )
                .with_source(refused.into_error(DECLARE)),
            )),
            Err(refused) => Err(failed(refused.into_error(DECLARE))),
        }
    }

    /// Whether there is such a topic.
    pub(super) async fn has_topic(&self, arn: &str) -> Result<bool> {
        let request = self.sns.get_topic_attributes().topic_arn(arn);
        match self.topic_calls.call(|| request.clone().send()).await {
            Ok(_) => Ok(true),
            Err(failed) if failed.kind() == ErrorKind::NotFound => Ok(false),
            Err(failed) => Err(failed.into_error("look for topic")),
        }
    }
}
