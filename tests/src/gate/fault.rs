//! What can happen to a request.

use std::fmt;
use std::time::Duration;

use super::call::Call;
use super::service::Service;

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It arrives so much later, also when whoever sent it has given up by then: a write may come
    /// after others that were sent after it.
    Delay(Duration),
    /// It has no effect, and is refused since there are too many.
    Throttle,
    /// It has no effect, and the answer is that the service failed.
    Fail,
    /// It has no effect, and is refused since another writes there right now: of DynamoDB a
    /// transaction, of S3 a write under a condition. Only what can be refused so meets it.
    Conflict,
    /// Of a batch, only some entries have an effect. Only a batch meets it.
    Part,
    /// It never arrives: the connection is reset.
    Lose,
    /// It never arrives, and nothing is answered until the gate heals. Then the connection is reset.
    Hang,
    /// It has its effect, and the connection ends before the answer.
    Swallow,
    /// It has its effect, and the answer is that the service failed.
    Deny,
}

impl Fault {
    /// Whether the service could let this happen to the call.
    pub fn fits(self, call: &Call) -> bool {
        match self {
            Self::Conflict => meets_others(call),
            Self::Part => is_batch(call),
            _ => true,
        }
    }

    /// One word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delay(_) => "delay",
            Self::Throttle => "throttle",
            Self::Fail => "fail",
            Self::Conflict => "conflict",
            Self::Part => "part",
            Self::Lose => "lose",
            Self::Hang => "hang",
            Self::Swallow => "swallow",
            Self::Deny => "deny",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn meets_others(call: &Call) -> bool {
    match (call.service(), call.operation()) {
        (
            Service::DynamoDb,
            "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems" | "TransactGetItems",
        ) => true,
        (Service::S3, "PutObject" | "CompleteMultipartUpload") => call.is_conditional(),
        _ => false,
    }
}

fn is_batch(call: &Call) -> bool {
    matches!(
        (call.service(), call.operation()),
        (Service::DynamoDb, "BatchWriteItem")
            | (Service::Sns, "PublishBatch")
            | (
                Service::Sqs,
                "SendMessageBatch" | "DeleteMessageBatch" | "ChangeMessageVisibilityBatch"
            )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_service_could_do_fits() {
        use Service::{DynamoDb, S3, Sns, Sqs};
        let call = Call::named;
        for (call, conflict, part) in [
            (call(DynamoDb, "TransactWriteItems"), true, false),
            (call(DynamoDb, "TransactGetItems"), true, false),
            (call(DynamoDb, "UpdateItem"), true, false),
            (call(DynamoDb, "GetItem"), false, false),
            (call(DynamoDb, "BatchWriteItem"), false, true),
            (call(S3, "PutObject"), false, false),
            (call(S3, "PutObject").conditional(), true, false),
            (call(S3, "GetObject").conditional(), false, false),
            (call(Sns, "PublishBatch"), false, true),
            (call(Sns, "Publish"), false, false),
            (call(Sqs, "DeleteMessageBatch"), false, true),
            (call(Sqs, "ReceiveMessage"), false, false),
        ] {
            let fit = (Fault::Conflict.fits(&call), Fault::Part.fits(&call));
            assert_eq!(fit, (conflict, part), "{call:?}");
            assert!(Fault::Swallow.fits(&call), "{call:?}");
        }
    }
}
