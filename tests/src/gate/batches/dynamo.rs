//! Batches of writes for DynamoDB: what had no room comes back unprocessed.

use serde_json::{Map, Value};

use super::super::answers::throttled_by_dynamo;
use super::super::call::Call;
use super::super::dice::Dice;
use super::choice::some_and_one;
use super::{LeftOut, Parted};

const REQUESTS: &str = "RequestItems";
const UNPROCESSED: &str = "UnprocessedItems";

/// Where there was room for none at all, DynamoDB refuses the whole.
pub(super) fn part(call: &Call, body: &[u8], dice: Dice) -> Option<Parted> {
    let mut request: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let tables = request.get_mut(REQUESTS)?.as_object_mut()?;
    let count = tables.values().filter_map(Value::as_array).map(Vec::len);
    let count: usize = count.sum();
    if count == 0 {
        return None;
    }
    if count == 1 {
        return Some(Parted::Nothing(throttled_by_dynamo(call, dice)));
    }
    let mut done = some_and_one(count, dice).into_iter();
    let mut left_out = Map::new();
    for (table, requests) in tables.iter_mut() {
        let all = std::mem::take(requests.as_array_mut()?);
        let (some, others): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|_| done.next().unwrap_or(true));
        *requests = some.into();
        if !others.is_empty() {
            left_out.insert(table.clone(), others.into());
        }
    }
    tables.retain(|_, requests| requests.as_array().is_some_and(|some| !some.is_empty()));
    let rest = serde_json::to_vec(&request).ok()?;
    Some(Parted::Rest(rest.into(), LeftOut::Requests(left_out)))
}

/// What the service itself left out stays so as well.
pub(super) fn added(left_out: Map<String, Value>, answer: &[u8]) -> Option<String> {
    let mut answer: Map<String, Value> = serde_json::from_slice(answer).ok()?;
    let unprocessed = answer
        .entry(UNPROCESSED)
        .or_insert_with(|| Value::Object(Map::new()))
        .as_object_mut()?;
    for (table, requests) in left_out {
        let there = unprocessed
            .entry(table)
            .or_insert_with(|| Value::Array(Vec::new()));
        let (there, Value::Array(requests)) = (there.as_array_mut()?, requests) else {
            return None;
        };
        there.extend(requests);
    }
    serde_json::to_string(&answer).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::service::Service;
    use super::*;

    fn parted(body: &Value, number: u64) -> Option<Parted> {
        let call = Call::named(Service::DynamoDb, "BatchWriteItem");
        part(&call, body.to_string().as_bytes(), Dice::new(number))
    }

    #[test]
    fn what_is_left_out_and_the_rest_are_all() {
        let body = json!({"RequestItems": {"a": [1, 2, 3], "b": [4]}, "ReturnX": "NONE"});
        for number in 0..100 {
            let Some(Parted::Rest(rest, left_out)) = parted(&body, number) else {
                panic!("nothing is left");
            };
            let rest: Value = serde_json::from_slice(&rest).unwrap();
            assert_eq!(rest["ReturnX"], "NONE");
            let answer = left_out.added_to(b"{}").unwrap();
            let answer: Value = serde_json::from_str(&answer).unwrap();
            let mut all = Vec::new();
            for tables in [&rest[REQUESTS], &answer[UNPROCESSED]] {
                let tables = tables.as_object().unwrap();
                assert!(!tables.is_empty());
                for (table, some) in tables {
                    let some = some.as_array().unwrap();
                    assert!(!some.is_empty());
                    all.extend(some.iter().map(|it| format!("{table}{it}")));
                }
            }
            all.sort_unstable();
            assert_eq!(all, ["a1", "a2", "a3", "b4"]);
        }
    }

    #[test]
    fn what_the_service_leaves_out_stays_out() {
        let left_out = Map::from_iter([("a".to_owned(), json!([1]))]);
        let answer = json!({"UnprocessedItems": {"a": [2], "b": [3]}, "X": 1});
        let answer = added(left_out, answer.to_string().as_bytes()).unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let expected = json!({"UnprocessedItems": {"a": [2, 1], "b": [3]}, "X": 1});
        assert_eq!(answer, expected);
    }

    #[test]
    fn one_alone_is_refused_and_nonsense_is_no_batch() {
        let one = json!({"RequestItems": {"a": [1]}});
        let Some(Parted::Nothing(answer)) = parted(&one, 1) else {
            panic!("something is left");
        };
        assert_eq!(answer.status(), 400);
        for none in [json!({}), json!({"RequestItems": {}}), json!([])] {
            assert_eq!(parted(&none, 1), None, "{none}");
        }
    }
}
