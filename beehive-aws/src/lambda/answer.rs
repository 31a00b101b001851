//! What the function answers. Pure.

use serde::Serialize;

/// Which messages of a batch are to come again, in AWS's own format of a partial batch response; all
/// others are done, and deleted by whoever invoked the function.
///
/// The trigger reads it only if its `FunctionResponseTypes` hold `ReportBatchItemFailures`. Without
/// that it takes every answer for a success, and deletes what failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SqsBatchResponse {
    batch_item_failures: Vec<ItemFailure>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemFailure {
    item_identifier: String,
}

impl SqsBatchResponse {
    /// These are to come again.
    pub(super) fn new<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        let failure = |id: &str| ItemFailure {
            item_identifier: id.to_owned(),
        };
        Self {
            batch_item_failures: ids.into_iter().map(failure).collect(),
        }
    }

    /// The ids of the messages that are to come again.
    pub fn failures(&self) -> impl Iterator<Item = &str> {
        let failures = self.batch_item_failures.iter();
        failures.map(|failure| failure.item_identifier.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_aws_reads_it() {
        let written = |response: &SqsBatchResponse| serde_json::to_string(response).unwrap();
        let nothing = SqsBatchResponse::default();
        assert_eq!(written(&nothing), r#"{"batchItemFailures":[]}"#);
        let two = SqsBatchResponse::new(["a", "b"]);
        assert_eq!(
            written(&two),
            r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"}]}"#
        );
        assert_eq!(two.failures().collect::<Vec<_>>(), ["a", "b"]);
    }
}
