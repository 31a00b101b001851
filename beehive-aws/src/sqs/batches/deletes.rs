//! Events removed from a queue for good.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::DeleteMessageBatchRequestEntry;

use super::super::calls::Calls;
use super::callers::Callers;
use super::coalescer::Batch;
use super::entries;
use super::fates::{self, Answer};

/// Removes from one queue, by their receipts.
#[derive(Debug)]
pub(crate) struct Deletes {
    pub(crate) client: Client,
    pub(crate) calls: Calls,
    pub(crate) url: String,
}

impl Batch for Deletes {
    type Entry = String;

    fn size(&self, receipt: &String) -> usize {
        receipt.len()
    }

    async fn carry_out(&self, receipts: &[String], callers: &Callers) {
        let entry = |number: usize| {
            let entry = DeleteMessageBatchRequestEntry::builder()
                .id(number.to_string())
                .receipt_handle(receipts.get(number)?);
            entry.build().ok()
        };
        let numbers = (0..receipts.len()).collect();
        fates::carry_out(
            &self.calls,
            "commit",
            numbers,
            callers,
            |numbers| async move {
                let entries: Vec<_> = numbers.into_iter().filter_map(entry).collect();
                let request = self.client.delete_message_batch().queue_url(&self.url);
                let request = request.set_entries(Some(entries));
                let output = self.calls.call(|| request.clone().send()).await?;
                let done = output.successful.into_iter();
                Ok::<_, crate::attempts::Failed<_>>(Answer {
                    done: done.map(|entry| entry.id).collect(),
                    failed: entries::of_receipts(output.failed),
                })
            },
        )
        .await;
    }
}
