//! Events sent to a queue.

use std::sync::Arc;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use beehive_core::Result;

use super::super::calls::Calls;
use super::super::codec::Message;
use super::super::group::Group;
use super::callers::Callers;
use super::coalescer::Batch;
use super::entries;
use super::fates::{self, Answer};
use super::in_order;

/// A message on its way to a queue or a topic.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) message: Arc<Message>,
    /// How many seconds SQS is to keep it from everyone; a topic cannot.
    pub(crate) delay: i32,
    /// Among which it stands, where order is kept; there nothing can be delayed.
    pub(crate) group: Option<Group>,
}

/// Sends to one queue.
#[derive(Debug)]
pub(crate) struct Sends {
    pub(crate) client: Client,
    pub(crate) calls: Calls,
    pub(crate) url: String,
}

impl Sends {
    fn entry(number: usize, outgoing: &Outgoing) -> Result<SendMessageBatchRequestEntry> {
        let attributes = outgoing.message.for_sqs().map_err(entries::unbuilt)?;
        let entry = SendMessageBatchRequestEntry::builder()
            .id(number.to_string())
            .message_body(&outgoing.message.body)
            .set_message_attributes(Some(attributes));
        let entry = match &outgoing.group {
            None => entry.delay_seconds(outgoing.delay),
            Some(group) => entry
                .message_group_id(&group.id)
                .message_deduplication_id(&group.once),
        };
        entry.build().map_err(entries::unbuilt)
    }
}

impl Batch for Sends {
    type Entry = Outgoing;

    fn size(&self, outgoing: &Outgoing) -> usize {
        outgoing.message.size()
    }

    async fn carry_out(&self, outgoing: &[Outgoing], callers: &Callers) {
        in_order::carry_out(outgoing, callers, |numbers| {
            self.send(outgoing, numbers, callers)
        })
        .await;
    }
}

impl Sends {
    /// Sends those with these numbers, and returns the numbers of those that failed.
    async fn send(
        &self,
        outgoing: &[Outgoing],
        numbers: Vec<usize>,
        callers: &Callers,
    ) -> Vec<usize> {
        fates::carry_out(
            &self.calls,
            "send",
            numbers,
            callers,
            |numbers| async move {
                let entries: Vec<_> = numbers
                    .into_iter()
                    .filter_map(|number| Self::entry(number, outgoing.get(number)?).ok())
                    .collect();
                let request = self.client.send_message_batch().queue_url(&self.url);
                let request = request.set_entries(Some(entries));
                let output = self.calls.call(|| request.clone().send()).await?;
                let done = output.successful.into_iter();
                Ok::<_, crate::attempts::Failed<_>>(Answer {
                    done: done.map(|entry| entry.id).collect(),
                    failed: entries::of_sqs(output.failed),
                })
            },
        )
        .await
    }
}
