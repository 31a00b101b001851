//! Topics of SNS.

use beehive_core::{Error, ErrorKind, Result};

use super::super::options::QueueEncryption;
use super::topology::Topology;
use crate::ProvisioningMode;

const DECLARE: &str = "declare topic";

impl Topology {
    /// Makes sure of a topic by its name on SNS, as the mode says, and returns what AWS calls it.
    pub(super) async fn ensure_topic(&self, topic: &str) -> Result<String> {
        let arn = self.arns().await?.topic(topic);
        match self.options.provisioning() {
            ProvisioningMode::Trust => {}
            ProvisioningMode::Check => {
                if !self.has_topic(&arn).await? {
                    return Err(Error::new(
                        ErrorKind::Configuration,
                        "the topic does not exist; have it created, or check region and namespace",
                    )
                    .with_operation(DECLARE)
                    .with_context("on SNS", topic));
                }
            }
            ProvisioningMode::Create => self.create_topic(topic).await?,
        }
        Ok(arn)
    }

    async fn create_topic(&self, topic: &str) -> Result<()> {
        let mut request = self.sns.create_topic().name(topic);
        if let QueueEncryption::Kms(key) = self.options.encryption() {
            request = request.attributes("KmsMasterKeyId", key);
        }
        let created = self.calls.call(|| request.clone().send()).await;
        match created {
            Ok(_) => Ok(()),
            // Made by somebody else with other attributes.
            Err(failed) if failed.kind() == ErrorKind::Invalid => Err(Error::new(
                ErrorKind::Conflict,
                "the topic exists with other attributes; delete it, or change them to what they \
                 should be",
            )
            .with_source(failed.into_error(DECLARE))),
            Err(failed) => Err(failed.into_error(DECLARE)),
        }
        .map_err(|error| error.with_operation(DECLARE).with_context("on SNS", topic))
    }

    /// Whether there is such a topic.
    pub(super) async fn has_topic(&self, arn: &str) -> Result<bool> {
        let request = self.sns.get_topic_attributes().topic_arn(arn);
        match self.calls.call(|| request.clone().send()).await {
            Ok(_) => Ok(true),
            Err(failed) if failed.kind() == ErrorKind::NotFound => Ok(false),
            Err(failed) => Err(failed.into_error("look for topic")),
        }
    }
}
