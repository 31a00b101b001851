//! Events held longer, or given back.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::ChangeMessageVisibilityBatchRequestEntry;

use super::super::calls::Calls;
use super::callers::Callers;
use super::coalescer::Batch;
use super::entries;
use super::fates::{self, Answer};

/// For how long an event is to be held from now on.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) receipt: String,
    /// None gives it back.
    pub(crate) seconds: i32,
}

/// Changes for how long events of one queue are held.
#[derive(Debug)]
pub(crate) struct Changes {
    pub(crate) client: Client,
    pub(crate) calls: Calls,
    pub(crate) url: String,
}

impl Batch for Changes {
    type Entry = Change;

    fn size(&self, change: &Change) -> usize {
        change.receipt.len()
    }

    async fn carry_out(&self, changes: &[Change], callers: &Callers) {
        let entry = |number: usize| {
            let change = changes.get(number)?;
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder()
                .id(number.to_string())
                .receipt_handle(&change.receipt)
                .visibility_timeout(change.seconds);
            entry.build().ok()
        };
        let numbers = (0..changes.len()).collect();
        fates::carry_out(
            &self.calls,
            "change lease",
            numbers,
            callers,
            |numbers| async move {
                let entries: Vec<_> = numbers.into_iter().filter_map(entry).collect();
                let request = self.client.change_message_visibility_batch();
                let request = request.queue_url(&self.url).set_entries(Some(entries));
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
