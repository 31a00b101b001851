//! Entries of requests: numbered, and read again from answers.

use aws_sdk_sqs::types::BatchResultErrorEntry;
use beehive_core::{Error, ErrorKind};

use super::fates::Failure;
use crate::error::Fault;

/// What SQS says of entries that it did not carry out.
pub(super) fn of_sqs(failed: Vec<BatchResultErrorEntry>) -> Vec<Failure> {
    let failure = |entry: BatchResultErrorEntry| Failure {
        fault: Fault::of_entry(entry.code(), entry.message(), entry.sender_fault()),
        id: entry.id,
    };
    failed.into_iter().map(failure).collect()
}

/// What SQS says of entries that name leases by their receipts.
pub(super) fn of_receipts(failed: Vec<BatchResultErrorEntry>) -> Vec<Failure> {
    let failure = |entry: BatchResultErrorEntry| Failure {
        fault: Fault::of_receipt(entry.code(), entry.message(), entry.sender_fault()),
        id: entry.id,
    };
    failed.into_iter().map(failure).collect()
}

/// What SNS says of entries that it did not carry out.
pub(super) fn of_sns(failed: Vec<aws_sdk_sns::types::BatchResultErrorEntry>) -> Vec<Failure> {
    let failure = |entry: aws_sdk_sns::types::BatchResultErrorEntry| Failure {
        fault: Fault::of_entry(entry.code(), entry.message(), entry.sender_fault()),
        id: entry.id,
    };
    failed.into_iter().map(failure).collect()
}

/// An entry that the SDK does not make for want of a field, which every one of ours has.
pub(super) fn unbuilt(error: aws_sdk_sqs::error::BuildError) -> Error {
    Error::new(
        ErrorKind::Unexpected,
        "an entry of a batch could not be made",
    )
    .with_source(error)
}
