//! Batches for SNS: they come as a form, in which entries are numbered, and are answered in XML.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hyper::StatusCode;

use super::super::answers::Answer;
use super::super::dice::Dice;
use super::choice::some;
use super::{LeftOut, Parted};

const ENTRIES: &str = "PublishBatchRequestEntries.member.";
const RESULT_END: &str = "</PublishBatchResult>";
const NONE: &str = "<PublishBatchResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\
                    <PublishBatchResult></PublishBatchResult></PublishBatchResponse>";

/// An entry as it stands in the form: what follows its number, and the values.
type Entry<'a> = Vec<(&'a str, &'a str)>;

pub(super) fn part(body: &[u8], dice: Dice) -> Option<Parted> {
    let form = std::str::from_utf8(body).ok()?;
    let mut rest = String::new();
    let mut entries: BTreeMap<usize, Entry<'_>> = BTreeMap::new();
    for pair in form.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=')?;
        if let Some((number, field)) = numbered(name) {
            entries.entry(number).or_default().push((field, value));
        } else {
            add(&mut rest, name, value);
        }
    }
    let mut ids = Vec::new();
    let mut left = 0;
    for (entry, done) in entries.values().zip(some(entries.len(), dice)) {
        if !done {
            // An id has nothing in it that a form would have to write in another way.
            let id = entry.iter().find(|(field, _)| *field == "Id")?;
            ids.push(id.1.to_owned());
            continue;
        }
        left += 1;
        for (field, value) in entry {
            add(&mut rest, &format!("{ENTRIES}{left}.{field}"), value);
        }
    }
    if ids.is_empty() {
        return None;
    }
    if left == 0 {
        let answer = added(&ids, NONE.as_bytes())?;
        return Some(Parted::Nothing(Answer::new(
            StatusCode::OK,
            "text/xml",
            answer,
        )));
    }
    Some(Parted::Rest(rest.into(), LeftOut::Sns(ids)))
}

/// The number of an entry, and the field of it that this names.
fn numbered(name: &str) -> Option<(usize, &str)> {
    let (number, field) = name.strip_prefix(ENTRIES)?.split_once('.')?;
    Some((number.parse().ok()?, field))
}

fn add(form: &mut String, name: &str, value: &str) {
    if !form.is_empty() {
        form.push('&');
    }
    form.push_str(name);
    form.push('=');
    form.push_str(value);
}

/// Adds to the list of what failed, which stands in the result once, empty, or not at all.
pub(super) fn added(ids: &[String], answer: &[u8]) -> Option<String> {
    let answer = std::str::from_utf8(answer).ok()?;
    let mut failed = String::new();
    for id in ids {
        write!(
            failed,
            "<member><Id>{id}</Id><Code>InternalError</Code><Message>Internal error</Message>\
             <SenderFault>false</SenderFault></member>"
        )
        .ok()?;
    }
    let whole = format!("<Failed>{failed}</Failed>");
    for empty in ["<Failed/>", "<Failed />"] {
        if answer.contains(empty) {
            return Some(answer.replacen(empty, &whole, 1));
        }
    }
    if answer.contains("<Failed>") {
        return Some(answer.replacen("<Failed>", &format!("<Failed>{failed}"), 1));
    }
    answer
        .contains(RESULT_END)
        .then(|| answer.replacen(RESULT_END, &format!("{whole}{RESULT_END}"), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_fails_and_the_rest_is_numbered_anew() {
        let mut form = "Action=PublishBatch&TopicArn=arn%3Aa".to_owned();
        for number in 1..=3 {
            let id = number - 1;
            write!(
                form,
                "&{ENTRIES}{number}.Id=x{id}&{ENTRIES}{number}.Message=m%20{id}"
            )
            .unwrap();
        }
        let mut nothing = 0;
        for number in 0..100 {
            let (rest, answer) = match part(form.as_bytes(), Dice::new(number)).unwrap() {
                Parted::Nothing(answer) => {
                    nothing += 1;
                    (String::new(), answer.body().to_owned())
                }
                Parted::Rest(rest, left_out) => {
                    let rest = String::from_utf8(rest.into()).unwrap();
                    assert!(rest.starts_with("Action=PublishBatch&TopicArn=arn%3Aa&"));
                    assert!(rest.contains(&format!("{ENTRIES}1.Id=")), "{rest}");
                    (rest, left_out.added_to(NONE.as_bytes()).unwrap())
                }
            };
            for id in 0..3 {
                let failed = answer.contains(&format!("<member><Id>x{id}</Id>"));
                let done = rest.contains(&format!("Id=x{id}&"))
                    && rest.contains(&format!("Message=m%20{id}"));
                assert!(failed != done, "{id}: {rest} {answer}");
            }
            assert!(answer.contains("<Failed><member>"));
        }
        assert!((1..50).contains(&nothing), "{nothing}");
    }

    #[test]
    fn a_list_of_failures_is_added_to_wherever_it_stands() {
        let ids = ["1".to_owned()];
        for before in [
            "<Failed/>",
            "<Failed />",
            "",
            "<Failed></Failed>",
            "<Failed><member><Id>0</Id></member></Failed>",
        ] {
            let answer = format!("<a><PublishBatchResult>{before}</PublishBatchResult></a>");
            let answer = added(&ids, answer.as_bytes()).unwrap();
            assert_eq!(answer.matches("<Failed>").count(), 1, "{answer}");
            assert_eq!(answer.matches("</Failed>").count(), 1, "{answer}");
            assert!(answer.contains("<Id>1</Id>"), "{answer}");
        }
        assert_eq!(added(&ids, b"<a></a>"), None);
    }

    #[test]
    fn nonsense_is_no_batch() {
        for none in [
            "",
            "Action=PublishBatch",
            "x",
            "PublishBatchRequestEntries.member.1.Message=a",
        ] {
            assert_eq!(part(none.as_bytes(), Dice::new(1)), None, "{none}");
        }
    }
}
