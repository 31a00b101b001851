//! Batches of what keeps order: of each group one goes in a request, since of two the second may be
//! taken where the first is not.

use std::collections::{HashMap, HashSet};
use std::future::Future;

use beehive_core::{Error, ErrorKind};

use super::callers::Callers;
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

/// Carries out entries by their numbers, those of one group one after the other. When one of them is
/// not taken, those behind it are not sent. `send` tells the callers, and returns the numbers of those
/// that failed.
pub(super) async fn carry_out<F>(
    outgoing: &[Outgoing],
    callers: &Callers,
    mut send: impl FnMut(Vec<usize>) -> F + Send,
) where
    F: Future<Output = Vec<usize>> + Send,
{
    let group = |number: usize| {
        let outgoing = outgoing.get(number)?;
        outgoing.group.as_ref().map(|group| group.id.as_str())
    };
    let mut stopped: HashSet<&str> = HashSet::new();
    for numbers in requests((0..outgoing.len()).map(group)) {
        let is_stopped = |number: &usize| group(*number).is_some_and(|id| stopped.contains(id));
        let (behind, numbers): (Vec<_>, Vec<_>) = numbers.into_iter().partition(is_stopped);
        for number in behind {
            callers.tell(number, Err(not_sent()));
        }
        if numbers.is_empty() {
            continue;
        }
        stopped.extend(send(numbers).await.into_iter().filter_map(group));
    }
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
    use super::super::tests::fates_of;
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
        let fates = fates_of(all.len(), async |callers| {
            carry_out(&all, &callers, |numbers| {
                let delays = numbers.iter().map(|number| all[*number].delay);
                sent.lock().unwrap().push(delays.collect::<Vec<_>>());
                let (failed, done): (Vec<_>, Vec<_>) =
                    numbers.into_iter().partition(|number| *number == 0);
                for number in done {
                    callers.tell(number, Ok(()));
                }
                for number in &failed {
                    callers.tell(*number, Err(Error::new(ErrorKind::Invalid, "refused")));
                }
                std::future::ready(failed)
            })
            .await;
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
