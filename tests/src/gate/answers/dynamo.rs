//! How DynamoDB refuses.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::super::call::Call;
use super::super::dice::Dice;
use super::Refusal;
use super::answer::{Answer, request_id};

const ITSELF: &str = "com.amazonaws.dynamodb.v20120810";
const RATE: &str = "com.amazon.coral.availability";
const BUSY: &str = "Transaction is ongoing for the item";

pub(super) fn answer(refusal: Refusal, call: &Call, body: &[u8], dice: Dice) -> Answer {
    match refusal {
        Refusal::Throttled => throttled(call, dice),
        Refusal::Failed => said(
            StatusCode::INTERNAL_SERVER_ERROR,
            ITSELF,
            "InternalServerError",
            "Internal server error",
            dice,
        ),
        Refusal::Conflict if call.operation().starts_with("Transact") => cancelled(body, dice),
        Refusal::Conflict => said(
            StatusCode::BAD_REQUEST,
            ITSELF,
            "TransactionConflictException",
            BUSY,
            dice,
        ),
    }
}

/// There are too many requests: for the table, or for the account.
pub(in super::super) fn throttled(call: &Call, dice: Dice) -> Answer {
    if is_of_items(call) && dice.one_of(2) == 0 {
        let message = "The level of configured provisioned throughput for the table was exceeded. \
                       Consider increasing your provisioning level with the UpdateTable API.";
        let code = "ProvisionedThroughputExceededException";
        said(StatusCode::BAD_REQUEST, ITSELF, code, message, dice)
    } else {
        let message = "Rate of requests exceeds the allowed throughput.";
        said(
            StatusCode::BAD_REQUEST,
            RATE,
            "ThrottlingException",
            message,
            dice,
        )
    }
}

/// Whether it reads or writes items; what is done to tables has no throughput.
fn is_of_items(call: &Call) -> bool {
    let operation = call.operation();
    operation.ends_with("Item")
        || operation.ends_with("Items")
        || matches!(operation, "Query" | "Scan")
}

/// A transaction is cancelled, since another was at one of its items.
fn cancelled(body: &[u8], dice: Dice) -> Answer {
    let count = items(body);
    let at = dice.one_of(count);
    let reasons: Vec<Value> = (0..count)
        .map(|number| {
            if number == at {
                json!({"Code": "TransactionConflict", "Message": BUSY})
            } else {
                json!({"Code": "None"})
            }
        })
        .collect();
    let codes: Vec<_> = reasons
        .iter()
        .filter_map(|reason| reason["Code"].as_str())
        .collect();
    let message = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        codes.join(", ")
    );
    let body = json!({
        "__type": format!("{ITSELF}#TransactionCanceledException"),
        "CancellationReasons": reasons,
        "Message": message,
    });
    as_json(StatusCode::BAD_REQUEST, &body, dice)
}

/// How many items a transaction has; one if that cannot be read.
fn items(body: &[u8]) -> usize {
    let body: Option<Value> = serde_json::from_slice(body).ok();
    let items = body.and_then(|body| Some(body.get("TransactItems")?.as_array()?.len()));
    items.unwrap_or_default().max(1)
}

fn said(status: StatusCode, by: &str, code: &str, message: &str, dice: Dice) -> Answer {
    let body = json!({"__type": format!("{by}#{code}"), "message": message});
    as_json(status, &body, dice)
}

fn as_json(status: StatusCode, body: &Value, dice: Dice) -> Answer {
    Answer::new(status, "application/x-amz-json-1.0", body.to_string())
        .with_header("x-amzn-requestid", request_id(dice))
}

#[cfg(test)]
mod tests {
    use super::super::super::service::Service;
    use super::*;

    fn code(answer: &Answer) -> String {
        let body: Value = serde_json::from_str(answer.body()).unwrap();
        let code = body["__type"].as_str().unwrap();
        format!("{} {}", answer.status(), code.rsplit_once('#').unwrap().1)
    }

    #[test]
    fn each_operation_is_refused_in_its_words() {
        use Refusal::{Conflict, Failed, Throttled};
        let call = |operation| Call::named(Service::DynamoDb, operation);
        let rate = "400 ThrottlingException";
        let table = "400 ProvisionedThroughputExceededException";
        for (refusal, operation, expected) in [
            (Throttled, "PutItem", vec![table, rate]),
            (Throttled, "TransactWriteItems", vec![table, rate]),
            (Throttled, "Query", vec![table, rate]),
            (Throttled, "DescribeTable", vec![rate]),
            (Failed, "PutItem", vec!["500 InternalServerError"]),
            (
                Conflict,
                "UpdateItem",
                vec!["400 TransactionConflictException"],
            ),
            (
                Conflict,
                "TransactGetItems",
                vec!["400 TransactionCanceledException"],
            ),
        ] {
            let mut codes: Vec<_> = (0..50)
                .map(|number| answer(refusal, &call(operation), b"", Dice::new(number)))
                .map(|answer| code(&answer))
                .collect();
            codes.sort_unstable();
            codes.dedup();
            let mut expected = expected;
            expected.sort_unstable();
            assert_eq!(codes, expected, "{refusal:?} {operation}");
        }
    }

    #[test]
    fn a_cancelled_transaction_has_a_reason_for_each_item() {
        let body = json!({"TransactItems": [{"Put": {}}, {"Update": {}}, {"Put": {}}]});
        let mut places = Vec::new();
        for number in 0..100 {
            let answer = cancelled(body.to_string().as_bytes(), Dice::new(number));
            let said: Value = serde_json::from_str(answer.body()).unwrap();
            let reasons = said["CancellationReasons"].as_array().unwrap();
            assert_eq!(reasons.len(), 3);
            let conflicts = |reason: &&Value| reason["Code"] == "TransactionConflict";
            assert_eq!(reasons.iter().filter(conflicts).count(), 1);
            places.extend(reasons.iter().position(|reason| conflicts(&reason)));
        }
        places.sort_unstable();
        places.dedup();
        assert_eq!(places, [0, 1, 2]);
    }
}
