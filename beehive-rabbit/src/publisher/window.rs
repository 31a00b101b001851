//! Which messages are sent together.

use std::collections::VecDeque;

use super::{Job, Message, Reached};

/// Larger messages go alone. Every broker takes smaller ones: the limit is 16 MiB by default, and more
/// in versions before 4.
const LARGE: usize = 4 * 1024 * 1024;

/// Whether a message may be refused in a way that ends the channel, and leaves open what became of
/// all others on it: because its exchange does not exist, or because it is too large. It goes alone.
fn is_suspect(message: &Message, reached: &Reached) -> bool {
    !reached.contains(&message.exchange) || message.body.len() > LARGE
}

/// The messages of a window, and how many are of each job, in order.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    pub(super) messages: Vec<Message>,
    pub(super) shares: Vec<usize>,
}

/// Takes the messages that are sent next: at most `max`, in order; a suspect one alone.
pub(super) fn draw(jobs: &mut VecDeque<Job>, reached: &Reached, max: usize) -> Drawn {
    let mut drawn = Drawn::default();
    'jobs: for job in jobs {
        let before = drawn.messages.len();
        while let Some(next) = job.left.front() {
            let is_suspect = is_suspect(next, reached);
            let is_full = drawn.messages.len() == max || (is_suspect && !drawn.messages.is_empty());
            if is_full {
                drawn.shares.push(drawn.messages.len() - before);
                break 'jobs;
            }
            drawn.messages.extend(job.left.pop_front());
            if is_suspect {
                drawn.shares.push(drawn.messages.len() - before);
                break 'jobs;
            }
        }
        drawn.shares.push(drawn.messages.len() - before);
    }
    drawn
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use lapin::BasicProperties;
    use tokio::time::Instant;

    use super::*;

    fn message(exchange: &str, size: usize) -> Message {
        Message {
            exchange: exchange.into(),
            routing_key: "key".into(),
            properties: BasicProperties::default(),
            body: Bytes::from(vec![0; size]),
        }
    }

    /// Draws windows until nothing is left; each as the exchanges of its messages.
    fn windows(jobs: Vec<Vec<Message>>, reached: &Reached, max: usize) -> Vec<String> {
        let total: usize = jobs.iter().map(Vec::len).sum();
        let job = |messages| Job::new(messages, Instant::now()).0;
        let mut jobs: VecDeque<_> = jobs.into_iter().map(job).collect();
        let mut windows = Vec::new();
        while jobs.iter().any(|job| !job.left.is_empty()) {
            let drawn = draw(&mut jobs, reached, max);
            assert_eq!(drawn.shares.iter().sum::<usize>(), drawn.messages.len());
            assert!(!drawn.messages.is_empty());
            windows.push(
                drawn
                    .messages
                    .iter()
                    .map(|it| it.exchange.as_str())
                    .collect(),
            );
        }
        assert_eq!(windows.iter().map(String::len).sum::<usize>(), total);
        windows
    }

    #[test]
    fn a_window_is_full_or_all_there_is() {
        let reached = Reached::default();
        reached.add(&"a".into());
        let job = |count| (0..count).map(|_| message("a", 1)).collect::<Vec<_>>();
        let jobs = vec![job(1), job(4), job(0), job(2)];
        assert_eq!(windows(jobs, &reached, 3), ["aaa", "aaa", "a"]);
    }

    #[test]
    fn a_message_that_may_end_the_channel_goes_alone() {
        let reached = Reached::default();
        reached.add(&"a".into());
        let jobs = vec![vec![
            message("a", 1),
            message("b", 1),
            message("b", 1),
            message("a", 1),
            message("a", LARGE + 1),
            message("a", 1),
        ]];
        assert_eq!(windows(jobs, &reached, 9), ["a", "b", "b", "a", "a", "a"]);
    }

    #[test]
    fn the_default_exchange_is_always_there() {
        let jobs = vec![vec![message("", 1), message("", 1)]];
        let job = |messages| Job::new(messages, Instant::now()).0;
        let mut jobs: VecDeque<_> = jobs.into_iter().map(job).collect();
        let drawn = draw(&mut jobs, &Reached::default(), 9);
        assert_eq!(drawn.messages.len(), 2);
    }
}
