//! How SQS refuses.

use hyper::StatusCode;
use serde_json::json;

use super::super::dice::Dice;
use super::Refusal;
use super::answer::{Answer, request_id};

/// SQS names its errors in a header as well, as its older protocol had them.
pub(super) fn answer(refusal: Refusal, dice: Dice) -> Answer {
    let (status, by, code, message, blames) = match refusal {
        Refusal::Failed | Refusal::Conflict => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "com.amazon.coral.service",
            "InternalError",
            "We encountered an internal error. Please try again.",
            "Receiver",
        ),
        Refusal::Throttled if dice.one_of(2) == 0 => (
            StatusCode::BAD_REQUEST,
            "com.amazon.coral.availability",
            "ThrottlingException",
            "Rate exceeded",
            "Sender",
        ),
        Refusal::Throttled => (
            StatusCode::BAD_REQUEST,
            "com.amazonaws.sqs",
            "RequestThrottled",
            "Request is throttled.",
            "Sender",
        ),
    };
    let body = json!({"__type": format!("{by}#{code}"), "message": message});
    Answer::new(status, "application/x-amz-json-1.0", body.to_string())
        .with_header("x-amzn-query-error", format!("{code};{blames}"))
        .with_header("x-amzn-requestid", request_id(dice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_code_in_the_head_as_well() {
        for (refusal, expected) in [
            (Refusal::Failed, vec!["500 InternalError;Receiver"]),
            (
                Refusal::Throttled,
                vec![
                    "400 RequestThrottled;Sender",
                    "400 ThrottlingException;Sender",
                ],
            ),
        ] {
            let mut found: Vec<_> = (0..50)
                .map(|number| {
                    let answer = answer(refusal, Dice::new(number));
                    let mut headers = answer.headers();
                    let code = headers.find(|(name, _)| *name == "x-amzn-query-error");
                    let code = code.unwrap().1.to_owned();
                    let name = code.split(';').next().unwrap();
                    assert!(answer.body().contains(&format!("#{name}\"")));
                    format!("{} {code}", answer.status())
                })
                .collect();
            found.sort_unstable();
            found.dedup();
            assert_eq!(found, expected, "{refusal:?}");
        }
    }
}
