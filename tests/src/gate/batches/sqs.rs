//! Batches for SQS: what was not done is in a list of its own.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::super::answers::Answer;
use super::super::dice::Dice;
use super::choice::some;
use super::{LeftOut, Parted};

const ENTRIES: &str = "Entries";
const FAILED: &str = "Failed";

pub(super) fn part(body: &[u8], dice: Dice) -> Option<Parted> {
    let mut request: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let entries = request.get_mut(ENTRIES)?.as_array_mut()?;
    let mut done = some(entries.len(), dice).into_iter();
    let mut ids = Vec::new();
    let all = std::mem::take(entries);
    for entry in all {
        if done.next().unwrap_or(true) {
            entries.push(entry);
        } else {
            ids.push(entry.get("Id")?.as_str()?.to_owned());
        }
    }
    if ids.is_empty() {
        return None;
    }
    if entries.is_empty() {
        let answer = added(&ids, br#"{"Successful":[]}"#)?;
        let answer = Answer::new(StatusCode::OK, "application/x-amz-json-1.0", answer);
        return Some(Parted::Nothing(answer));
    }
    let rest = serde_json::to_vec(&request).ok()?;
    Some(Parted::Rest(rest.into(), LeftOut::Sqs(ids)))
}

pub(super) fn added(ids: &[String], answer: &[u8]) -> Option<String> {
    let mut answer: Map<String, Value> = serde_json::from_slice(answer).ok()?;
    let failed = answer
        .entry(FAILED)
        .or_insert_with(|| Value::Array(Vec::new()))
        .as_array_mut()?;
    failed.extend(ids.iter().map(|id| {
        json!({
            "Id": id,
            "Code": "InternalError",
            "Message": "We encountered an internal error. Please try again.",
            "SenderFault": false,
        })
    }));
    serde_json::to_string(&answer).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(entries: &Value) -> Vec<&str> {
        let entries = entries.as_array().unwrap().iter();
        entries.map(|entry| entry["Id"].as_str().unwrap()).collect()
    }

    #[test]
    fn what_is_left_out_fails_and_the_rest_is_as_it_was() {
        let body = json!({"QueueUrl": "q", "Entries": [
            {"Id": "0", "MessageBody": "a"}, {"Id": "1"}, {"Id": "2"},
        ]});
        let body = body.to_string();
        let mut nothing = 0;
        for number in 0..100 {
            let (rest, answer) = match part(body.as_bytes(), Dice::new(number)).unwrap() {
                Parted::Nothing(answer) => {
                    nothing += 1;
                    (
                        json!({"QueueUrl": "q", "Entries": []}),
                        answer.body().to_owned(),
                    )
                }
                Parted::Rest(rest, left_out) => (
                    serde_json::from_slice(&rest).unwrap(),
                    left_out.added_to(br#"{"Successful":[1]}"#).unwrap(),
                ),
            };
            let answer: Value = serde_json::from_str(&answer).unwrap();
            assert!(answer["Successful"].is_array());
            assert_eq!(rest["QueueUrl"], "q");
            let failed = ids(&answer[FAILED]);
            assert!(!failed.is_empty());
            let mut all = [ids(&rest[ENTRIES]), failed].concat();
            all.sort_unstable();
            assert_eq!(all, ["0", "1", "2"]);
        }
        assert!((1..50).contains(&nothing), "{nothing}");
    }

    #[test]
    fn nonsense_is_no_batch() {
        for none in ["", "[]", "{}", r#"{"Entries":[]}"#, r#"{"Entries":[{}]}"#] {
            assert_eq!(part(none.as_bytes(), Dice::new(1)), None, "{none}");
        }
    }

    #[test]
    fn what_failed_in_the_service_stays_failed() {
        let answer = added(&["1".to_owned()], br#"{"Failed":[{"Id":"0"}]}"#).unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(ids(&answer[FAILED]), ["0", "1"]);
    }
}
