//! Batches of which only a part is done: the other part is taken out of the request, and named in the
//! answer as the service would. Pure.

mod choice;
mod dynamo;
mod sns;
mod sqs;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::answers::Answer;
use super::call::Call;
use super::dice::Dice;
use super::service::Service;

/// A batch of which a part is left out.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Parted {
    /// There is a rest to do, and what is left out goes into its answer.
    Rest(Bytes, LeftOut),
    /// There is none, and this is the answer.
    Nothing(Answer),
}

/// What is left out of a batch.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum LeftOut {
    /// Requests of DynamoDB, by their tables.
    Requests(Map<String, Value>),
    /// Entries of a batch for SQS, by their ids.
    Sqs(Vec<String>),
    /// The same for SNS.
    Sns(Vec<String>),
}

/// Leaves a part out of a batch; `None` if the body is none.
pub(super) fn part(call: &Call, body: &[u8], dice: Dice) -> Option<Parted> {
    match call.service() {
        Service::DynamoDb => dynamo::part(call, body, dice),
        Service::Sqs => sqs::part(body, dice),
        Service::Sns => sns::part(body, dice),
        Service::S3 | Service::Other => None,
    }
}

impl LeftOut {
    /// The answer to the rest as an answer to all; `None` if it is none.
    pub(super) fn added_to(self, answer: &[u8]) -> Option<String> {
        match self {
            Self::Requests(requests) => dynamo::added(requests, answer),
            Self::Sqs(ids) => sqs::added(&ids, answer),
            Self::Sns(ids) => sns::added(&ids, answer),
        }
    }
}
