//! What to tell the callers about a window. Pure.

use beehive_core::{Error, ErrorKind};
use lapin::protocol::{AMQPError, AMQPErrorKind, AMQPSoftError};

use super::Verdict;
use super::judgement::{Ruling, rule};
use super::transmission::Outcome;
use crate::error::{converted, unanswered};

const PUBLISH: &str = "publish";

/// The verdict on each message of a window, in order.
pub(super) fn verdicts(outcome: &Outcome) -> Vec<Verdict> {
    rule(&outcome.window, &outcome.returned)
        .into_iter()
        .enumerate()
        .map(|(position, ruling)| match ruling {
            Ruling::Stored => Verdict::Confirmed,
            Ruling::Unrouted => Verdict::Unrouted,
            Ruling::Refused => Verdict::Failed(
                Error::new(
                    ErrorKind::Temporary,
                    "a queue refused the event; if it is full, its readers are too few or stopped",
                )
                .with_operation(PUBLISH)
                .with_context("routing key", &outcome.window[position].0.routing_key)
                .with_context("exchange", &outcome.window[position].0.exchange),
            ),
            Ruling::Unknown => unknown(outcome, position),
        })
        .collect()
}

/// The verdict on a message that was not confirmed.
fn unknown(outcome: &Outcome, position: usize) -> Verdict {
    let Some(error) = &outcome.error else {
        return Verdict::Failed(unanswered(PUBLISH));
    };
    match ended_by(error) {
        Some(Cause::NoExchange(_)) if is_culprit(outcome, position) => Verdict::NoExchange,
        Some(Cause::Denied(_)) if is_culprit(outcome, position) => Verdict::Failed(
            Error::new(
                ErrorKind::Denied,
                "the broker does not let this user write to the exchange; grant the permission",
            )
            .with_operation(PUBLISH)
            .with_context("exchange", &outcome.window[position].0.exchange)
            .with_source(error.clone()),
        ),
        Some(Cause::Refused(_)) if is_culprit(outcome, position) => Verdict::Failed(
            Error::new(
                ErrorKind::Limit,
                "the broker refuses the message; it may be larger than its max_message_size",
            )
            .with_operation(PUBLISH)
            .with_context("body in bytes", outcome.sizes[position])
            .with_source(error.clone()),
        ),
        Some(_) => Verdict::Failed(
            Error::new(
                ErrorKind::Temporary,
                "the broker refused another message that was sent together with this one",
            )
            .with_operation(PUBLISH)
            .with_source(error.clone()),
        ),
        None => Verdict::Failed(converted(PUBLISH, error.clone())),
    }
}

/// Why the broker ended a channel on which only is published, with its words.
enum Cause<'a> {
    NoExchange(&'a str),
    Denied(&'a str),
    Refused(&'a str),
}

fn ended_by(error: &lapin::Error) -> Option<Cause<'_>> {
    let lapin::ErrorKind::ProtocolError(error) = error.kind() else {
        return None;
    };
    let text = AMQPError::get_message(error).as_str();
    match error.kind() {
        AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND) => Some(Cause::NoExchange(text)),
        AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED) => Some(Cause::Denied(text)),
        AMQPErrorKind::Soft(AMQPSoftError::PRECONDITIONFAILED) => Some(Cause::Refused(text)),
        _ => None,
    }
}

/// Whether this message ended the channel: it was alone, or the broker's words are about it.
fn is_culprit(outcome: &Outcome, position: usize) -> bool {
    if outcome.window.len() == 1 {
        return true;
    }
    let Some(cause) = outcome.error.as_ref().and_then(ended_by) else {
        return false;
    };
    match cause {
        Cause::NoExchange(text) | Cause::Denied(text) => {
            let exchange = outcome.window[position].0.exchange.as_str();
            text.contains(&format!("exchange '{exchange}' in"))
        }
        Cause::Refused(text) => text.contains(&format!(
            "message size {} is larger",
            outcome.sizes[position]
        )),
    }
}

#[cfg(test)]
mod tests {
    use lapin::protocol::AMQPHardError;

    use super::super::judgement::{Answer, Mark};
    use super::*;

    fn ended(error: AMQPErrorKind, text: &str) -> lapin::Error {
        lapin::ErrorKind::ProtocolError(AMQPError::new(error, text.into())).into()
    }

    fn outcome(exchanges: &[&str], error: Option<lapin::Error>) -> Outcome {
        let mark = |exchange: &&str| Mark {
            exchange: (*exchange).into(),
            routing_key: "".into(),
            id: None,
        };
        Outcome {
            window: exchanges
                .iter()
                .map(|exchange| (mark(exchange), Answer::Missing))
                .collect(),
            sizes: (0..exchanges.len()).collect(),
            returned: Vec::new(),
            error,
        }
    }

    fn told(outcome: &Outcome) -> Vec<String> {
        let word = |verdict| match verdict {
            Verdict::Failed(error) => format!("{:?}", error.kind()),
            other => format!("{other:?}"),
        };
        verdicts(outcome).into_iter().map(word).collect()
    }

    #[test]
    fn who_ended_the_channel_is_told_and_the_others_may_try_again() {
        let soft = AMQPErrorKind::Soft;
        let missing = "NOT_FOUND - no exchange 'shop.b' in vhost '/'";
        let denied =
            "ACCESS_REFUSED - access to exchange 'shop.b' in vhost '/' refused for user 'u'";
        let large = "PRECONDITION_FAILED - message size 1 is larger than configured max size 0";
        let all = ["shop.a", "shop.b", "shop.bb"];
        let cases = [
            (AMQPSoftError::NOTFOUND, missing, "NoExchange"),
            (AMQPSoftError::ACCESSREFUSED, denied, "Denied"),
            (AMQPSoftError::PRECONDITIONFAILED, large, "Limit"),
        ];
        for (error, text, expected) in cases {
            let window = outcome(&all, Some(ended(soft(error.clone()), text)));
            assert_eq!(told(&window), ["Temporary", expected, "Temporary"]);
            // Alone, it must have been that one, whatever the broker's words.
            let alone = outcome(&all[..1], Some(ended(soft(error), "other words")));
            assert_eq!(told(&alone), [expected]);
        }
    }

    #[test]
    fn what_is_not_answered_may_be_tried_again() {
        let forced = AMQPErrorKind::Hard(AMQPHardError::CONNECTIONFORCED);
        for error in [None, Some(ended(forced, "CONNECTION_FORCED - bye"))] {
            assert_eq!(told(&outcome(&["a", "b"], error)), ["Temporary"; 2]);
        }
    }

    #[test]
    fn a_full_queue_may_be_tried_again() {
        let mut window = outcome(&["a"], None);
        window.window[0].1 = Answer::Refused;
        assert_eq!(told(&window), ["Temporary"]);
    }
}
