//! Queues of SQS.

use std::collections::HashMap;

use aws_sdk_sqs::types::QueueAttributeName;
use beehive_core::{Error, ErrorKind, Result};

use super::plan::Plan;
use super::topology::Topology;
use crate::ProvisioningMode;

const DECLARE: &str = "declare queue";
/// How often a queue is made or looked at before it is given up that others make and delete it.
const ROUNDS_MAX: usize = 3;

/// About how many events a queue holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) waiting: u64,
    pub(crate) leased: u64,
    pub(crate) delayed: u64,
}

impl Topology {
    /// Makes sure of a queue, as the mode says.
    pub(super) async fn ensure_queue(&self, plan: &Plan) -> Result<()> {
        let provisioning = self.options.provisioning();
        if provisioning == ProvisioningMode::Trust {
            return Ok(());
        }
        for _ in 0..ROUNDS_MAX {
            if let Some(url) = self.url_of(&plan.queue).await? {
                match self.attributes(&url).await? {
                    Some(is) => {
                        return plan
                            .check(&is)
                            .map_err(|error| error.with_operation(DECLARE));
                    }
                    // Deleted meanwhile.
                    None => continue,
                }
            }
            if provisioning == ProvisioningMode::Check {
                return Err(Error::new(
                    ErrorKind::Configuration,
                    "the queue does not exist; have it created, or check region and namespace",
                )
                .with_operation(DECLARE)
                .with_context("on SQS", &plan.queue));
            }
            if self.create_queue(plan).await? {
                return Ok(());
            }
        }
        Err(Error::new(
            ErrorKind::Temporary,
            "the queue is made and deleted by others at this moment",
        )
        .with_operation(DECLARE)
        .with_context("on SQS", &plan.queue))
    }

    /// Makes a queue; false if somebody else made another meanwhile.
    async fn create_queue(&self, plan: &Plan) -> Result<bool> {
        let attributes = plan.attributes.iter().cloned().collect();
        let request = self
            .sqs
            .create_queue()
            .queue_name(&plan.queue)
            .set_attributes(Some(attributes));
        match self.calls.call(|| request.clone().send()).await {
            Ok(_) => Ok(true),
            Err(failed) => {
                let exists = failed.service().is_some_and(
                    aws_sdk_sqs::operation::create_queue::CreateQueueError::is_queue_name_exists,
                );
                if exists {
                    return Ok(false);
                }
                Err(failed
                    .into_error(DECLARE)
                    .with_context("on SQS", &plan.queue))
            }
        }
    }

    /// The URL of a queue, if there is one of this name. It is asked for and never made.
    pub(super) async fn url_of(&self, queue: &str) -> Result<Option<String>> {
        let request = self.sqs.get_queue_url().queue_name(queue);
        match self.calls.call(|| request.clone().send()).await {
            Ok(output) => output.queue_url.map(Some).ok_or_else(|| {
                Error::new(ErrorKind::Temporary, "SQS answered without a URL")
                    .with_operation("look for queue")
            }),
            Err(failed) if failed.kind() == ErrorKind::NotFound => Ok(None),
            Err(failed) => Err(failed
                .into_error("look for queue")
                .with_context("on SQS", queue)),
        }
    }

    async fn attributes(&self, url: &str) -> Result<Option<HashMap<QueueAttributeName, String>>> {
        let request = self
            .sqs
            .get_queue_attributes()
            .queue_url(url)
            .attribute_names(QueueAttributeName::All);
        match self.calls.call(|| request.clone().send()).await {
            Ok(output) => Ok(Some(output.attributes.unwrap_or_default())),
            Err(failed) if failed.kind() == ErrorKind::NotFound => Ok(None),
            Err(failed) => Err(failed.into_error("look at queue")),
        }
    }

    /// About how many events a queue holds, by what SQS counts of them.
    pub(crate) async fn about(&self, url: &str) -> Result<u64> {
        let counts = self.counts(url).await?;
        Ok(counts.waiting + counts.leased + counts.delayed)
    }

    /// About how many events a queue holds of each kind.
    pub(crate) async fn counts(&self, url: &str) -> Result<Counts> {
        use QueueAttributeName as Name;
        const COUNTS: [QueueAttributeName; 3] = [
            Name::ApproximateNumberOfMessages,
            Name::ApproximateNumberOfMessagesNotVisible,
            Name::ApproximateNumberOfMessagesDelayed,
        ];
        let request = self
            .sqs
            .get_queue_attributes()
            .queue_url(url)
            .set_attribute_names(Some(COUNTS.to_vec()));
        let output = self.calls.call(|| request.clone().send()).await;
        let output = output.map_err(|failed| failed.into_error("count events"))?;
        let attributes = output.attributes.unwrap_or_default();
        let count = |name| attributes.get(&name)?.parse::<u64>().ok();
        let [waiting, leased, delayed] = COUNTS.map(|name| count(name).unwrap_or_default());
        Ok(Counts {
            waiting,
            leased,
            delayed,
        })
    }
}
