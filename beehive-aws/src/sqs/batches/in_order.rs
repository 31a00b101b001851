//! Batches of what keeps order: of each group one goes in a request, since of two the second may be
//! taken where the first is not.

use std::collections::{HashMap, HashSet};
use std::future::Future;

use beehive_core::{Error, ErrorKind, Result};

use super::sends::Outgoing;

/// The requests that entries of these groups take, by their numbers.
fn requests<'a>(groups: impl IntoIterator<Item = Option<&'a str>>) -> Vec<Vec<usize>> {
    let mut requests: Vec<Vec<usize>> = Vec::new();
    let mut next: HashMap<&str, usize> = HashMap::new();
    for (number, group) in groups.into_iter().enumerate() {
        let request = match group {
            None => 0,
            Some(group) => {
                let request = next.entry(group).or_default();
                *request += 1;
                *request - 1
            }
        };
        if requests.len() <= request {
            requests.resize_with(request + 1, Vec::new);
        }
        requests[request].push(number);
    }
    requests
}

/// Carries out entries, those of one group one after the other. When one of them is not taken, those
/// behind it are not sent.
pub(super) async fn carry_out<F>(
    outgoing: &[Outgoing],
    mut send: impl FnMut(Vec<Outgoing>) -> F + Send,
) -> Vec<Result<()>>
where
    F: Future<Output = Vec<Result<()>>> + Send,
{
    let group = |number: &usize| {
        let outgoing = outgoing.get(*number)?;
        outgoing.group.as_ref().map(|group| group.id.clone())
    };
    let groups = outgoing
        .iter()
        .map(|outgoing| outgoing.group.as_ref().map(|group| group.id.as_str()));
    let mut fates: Vec<Result<()>> = outgoing.iter().map(|_| Err(not_sent())).collect();
    let mut stopped: HashSet<String> = HashSet::new();
    for mut numbers in requests(groups) {
        numbers.retain(|number| group(number).is_none_or(|group| !stopped.contains(&group)));
        if numbers.is_empty() {
            continue;
        }
        let entries = numbers.iter().filter_map(|number| outgoing.get(*number));
        let sent = send(entries.cloned().collect()).await;
        for (number, fate) in numbers.into_iter().zip(sent) {
            if fate.is_err() {
                stopped.extend(group(&number));
            }
            fates[number] = fate;
        }
    }
    fates
}

fn not_sent() -> Error {
    Error::new(
        ErrorKind::Temporary,
        "an earlier event of the same subject was not confirmed, so this one was not sent",
    )
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use beehive_core::event::Event;
    use jiff::Timestamp;

    use super::super::super::codec::encode;
    use super::super::super::group::Group;
    use super::*;

    #[test]
    fn each_group_is_once_in_a_request() {
        let (a, b) = (Some("a"), Some("b"));
        for (groups, expected) in [
            (vec![], vec![]),
            (vec![None, None], vec![vec![0, 1]]),
            (vec![a, b, a, a, b], vec![vec![0, 1], vec![2, 4], vec![3]]),
        ] {
            assert_eq!(requests(groups.clone()), expected, "{groups:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_stands_behind_a_failure_is_not_sent() {
        let outgoing = |subject: &str, delay| {
            let event = Event::new("A", "", "x").with_subject(subject);
            Outgoing {
                message: Arc::new(encode(&event, Timestamp::UNIX_EPOCH).unwrap()),
                delay,
                group: Some(Group::of(&event)),
            }
        };
        // The delay tells them apart here.
        let all = [
            outgoing("a", 1),
            outgoing("b", 2),
            outgoing("a", 3),
            outgoing("b", 4),
        ];
        let sent = Mutex::new(Vec::new());
        let fates = carry_out(&all, |entries| {
            sent.lock()
                .unwrap()
                .push(entries.iter().map(|entry| entry.delay).collect::<Vec<_>>());
            let fate = |entry: &Outgoing| match entry.delay {
                1 => Err(Error::new(ErrorKind::Invalid, "refused")),
                _ => Ok(()),
            };
            std::future::ready(entries.iter().map(fate).collect())
        })
        .await;
        assert_eq!(*sent.lock().unwrap(), [vec![1, 2], vec![4]]);
        let kinds: Vec<_> = fates
            .into_iter()
            .map(|fate| fate.map_err(|error| error.kind()))
            .collect();
        let (invalid, later) = (Err(ErrorKind::Invalid), Err(ErrorKind::Temporary));
        assert_eq!(kinds, [invalid, Ok(()), later, Ok(())]);
    }
}
