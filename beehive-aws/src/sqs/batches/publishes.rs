//! Events published to a topic.

use aws_sdk_sns::Client;
use aws_sdk_sns::types::PublishBatchRequestEntry;
use beehive_core::Result;

use super::super::calls::Calls;
use super::callers::Callers;
use super::coalescer::Batch;
use super::entries;
use super::fates::{self, Answer};
use super::in_order;
use super::sends::Outgoing;

/// Publishes to one topic.
#[derive(Debug)]
pub(crate) struct Publishes {
    pub(crate) client: Client,
    pub(crate) calls: Calls,
    pub(crate) arn: String,
}

impl Publishes {
    fn entry(number: usize, outgoing: &Outgoing) -> Result<PublishBatchRequestEntry> {
        let attributes = outgoing.message.for_sns().map_err(entries::unbuilt)?;
        let entry = PublishBatchRequestEntry::builder()
            .id(number.to_string())
            .message(&outgoing.message.body)
            .set_message_attributes(Some(attributes));
        let entry = match &outgoing.group {
            None => entry,
            Some(group) => entry
                .message_group_id(&group.id)
                .message_deduplication_id(&group.once),
        };
        entry.build().map_err(entries::unbuilt)
    }
}

impl Batch for Publishes {
    type Entry = Outgoing;

    fn size(&self, outgoing: &Outgoing) -> usize {
        outgoing.message.size()
    }

    async fn carry_out(&self, outgoing: &[Outgoing], callers: &Callers) {
        in_order::carry_out(outgoing, callers, |numbers| {
            self.publish(outgoing, numbers, callers)
        })
        .await;
    }
}

impl Publishes {
    /// Publishes those with these numbers, and returns the numbers of those that failed.
    async fn publish(
        &self,
        outgoing: &[Outgoing],
        numbers: Vec<usize>,
        callers: &Callers,
    ) -> Vec<usize> {
        fates::carry_out(
            &self.calls,
            "publish",
            numbers,
            callers,
            |numbers| async move {
                let entries: Vec<_> = numbers
                    .into_iter()
                    .filter_map(|number| Self::entry(number, outgoing.get(number)?).ok())
                    .collect();
                let request = self.client.publish_batch().topic_arn(&self.arn);
                let request = request.set_publish_batch_request_entries(Some(entries));
                let output = self.calls.call(|| request.clone().send()).await?;
                let done = output.successful.unwrap_or_default().into_iter();
                Ok::<_, crate::attempts::Failed<_>>(Answer {
                    done: done.filter_map(|entry| entry.id).collect(),
                    failed: entries::of_sns(output.failed.unwrap_or_default()),
                })
            },
        )
        .await
    }
}
