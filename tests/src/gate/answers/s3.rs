//! How S3 refuses.

use hyper::StatusCode;

use super::super::call::Call;
use super::super::dice::Dice;
use super::Refusal;
use super::answer::{Answer, request_id};

pub(super) fn answer(refusal: Refusal, call: &Call, dice: Dice) -> Answer {
    let (status, code, message) = match refusal {
        Refusal::Throttled => (
            StatusCode::SERVICE_UNAVAILABLE,
            "SlowDown",
            "Please reduce your request rate.",
        ),
        Refusal::Failed => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalError",
            "We encountered an internal error. Please try again.",
        ),
        Refusal::Conflict => (
            StatusCode::CONFLICT,
            "ConditionalRequestConflict",
            "The conditional request cannot succeed due to a conflicting operation against this \
             resource.",
        ),
    };
    let id = request_id(dice);
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}\
         </Message><RequestId>{id}</RequestId><HostId>{id}</HostId></Error>"
    );
    let answer = Answer::new(status, "application/xml", body)
        .with_header("x-amz-id-2", &*id)
        .with_header("x-amz-request-id", id);
    if call.is_head() {
        answer.without_body()
    } else {
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::service::Service;
    use super::*;

    #[test]
    fn each_refusal_has_its_code_unless_there_is_no_room_for_it() {
        for (refusal, status, code) in [
            (Refusal::Throttled, 503, "<Code>SlowDown</Code>"),
            (Refusal::Failed, 500, "<Code>InternalError</Code>"),
            (
                Refusal::Conflict,
                409,
                "<Code>ConditionalRequestConflict</Code>",
            ),
        ] {
            let of = |operation| {
                let call = Call::named(Service::S3, operation);
                answer(refusal, &call, Dice::new(1))
            };
            let whole = of("PutObject");
            assert_eq!(whole.status(), status);
            assert!(whole.body().contains(code), "{}", whole.body());
            let head = of("HeadObject");
            assert_eq!((head.status(), head.body()), (status, ""));
        }
    }
}
