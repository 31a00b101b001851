//! Answers in the words of the services, which the services did not give. Pure.

mod answer;
mod dynamo;
mod query;
mod s3;
mod sqs;

use super::call::Call;
use super::dice::Dice;
use super::fault::Fault;
use super::service::Service;

pub use self::answer::Answer;
pub(super) use self::dynamo::throttled as throttled_by_dynamo;

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Throttled,
    Failed,
    Conflict,
}

/// What a call with this body is answered that meets this fault; `None` if the gate makes up no
/// answer for that.
pub fn answer(fault: Fault, call: &Call, body: &[u8], dice: Dice) -> Option<Answer> {
    let refusal = match fault {
        Fault::Throttle => Refusal::Throttled,
        Fault::Fail | Fault::Deny => Refusal::Failed,
        Fault::Conflict if fault.fits(call) => Refusal::Conflict,
        _ => return None,
    };
    Some(match call.service() {
        Service::DynamoDb => dynamo::answer(refusal, call, body, dice),
        Service::S3 => s3::answer(refusal, call, dice),
        Service::Sqs => sqs::answer(refusal, dice),
        Service::Sns | Service::Other => query::answer(refusal, dice),
    })
}
