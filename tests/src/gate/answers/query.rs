//! How SNS refuses, and every other service that is asked with a form.

use hyper::StatusCode;

use super::super::dice::Dice;
use super::Refusal;
use super::answer::{Answer, request_id};

pub(super) fn answer(refusal: Refusal, dice: Dice) -> Answer {
    let (status, blames, code, message) = match refusal {
        Refusal::Failed | Refusal::Conflict => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Receiver",
            "InternalError",
            "Internal error",
        ),
        Refusal::Throttled if dice.one_of(2) == 0 => (
            StatusCode::TOO_MANY_REQUESTS,
            "Sender",
            "Throttled",
            "Rate exceeded",
        ),
        Refusal::Throttled => (
            StatusCode::BAD_REQUEST,
            "Sender",
            "Throttling",
            "Rate exceeded",
        ),
    };
    let id = request_id(dice);
    let body = format!(
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>{blames}\
         </Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>{id}</RequestId>\
         </ErrorResponse>"
    );
    Answer::new(status, "text/xml", body).with_header("x-amzn-requestid", id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_code() {
        for (refusal, expected) in [
            (Refusal::Failed, vec![(500, "InternalError")]),
            (
                Refusal::Throttled,
                vec![(400, "Throttling"), (429, "Throttled")],
            ),
        ] {
            let mut found: Vec<_> = (0..50)
                .map(|number| {
                    let answer = answer(refusal, Dice::new(number));
                    let code = answer.body().split("<Code>").nth(1).unwrap();
                    let code = code.split('<').next().unwrap();
                    (answer.status(), code.to_owned())
                })
                .collect();
            found.sort_unstable();
            found.dedup();
            let found: Vec<_> = found
                .iter()
                .map(|(status, code)| (*status, code.as_str()))
                .collect();
            assert_eq!(found, expected, "{refusal:?}");
        }
    }
}
