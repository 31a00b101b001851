//! What a window's answers mean, by table and against a model of the driver.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

fn mark(id: u8) -> Mark {
    Mark {
        exchange: "exchange".into(),
        routing_key: "".into(),
        id: Some(id.to_string().into()),
    }
}

#[test]
fn each_message_is_ruled_on_by_what_came_back_of_the_whole_window() {
    use Answer::{Confirmed, Missing, Refused};
    use Ruling::{Stored, Unknown, Unrouted};
    type Case<'a> = (&'a [(u8, Answer)], &'a [u8], &'a [Ruling]);
    let cases: [Case<'_>; 9] = [
        (&[], &[], &[]),
        (&[(1, Confirmed), (2, Confirmed)], &[], &[Stored, Stored]),
        (&[(1, Confirmed), (2, Confirmed)], &[2], &[Stored, Unrouted]),
        // Equal copies cannot be told apart.
        (
            &[(1, Confirmed), (2, Confirmed), (1, Confirmed)],
            &[1],
            &[Unrouted, Stored, Unrouted],
        ),
        (
            &[(1, Refused), (2, Confirmed)],
            &[],
            &[Ruling::Refused, Stored],
        ),
        // The return of 1 was taken along by the confirm of 2.
        (
            &[(1, Refused), (2, Confirmed)],
            &[1],
            &[Ruling::Refused, Stored],
        ),
        // The channel ended: nothing had come back, so what is confirmed is stored.
        (&[(1, Confirmed), (2, Missing)], &[], &[Stored, Unknown]),
        // Something came back; more may have, that no confirm took along any more.
        (
            &[(1, Confirmed), (2, Confirmed), (3, Missing)],
            &[2],
            &[Unknown, Unknown, Unknown],
        ),
        // What was never sent cannot come back.
        (&[(1, Confirmed)], &[7], &[Unknown]),
    ];
    for (window, returned, expected) in cases {
        let window: Vec<_> = window
            .iter()
            .map(|(id, answer)| (mark(*id), *answer))
            .collect();
        let returned: Vec<_> = returned.iter().copied().map(mark).collect();
        assert_eq!(
            rule(&window, &returned),
            expected,
            "{window:?} {returned:?}"
        );
    }
}

/// What the broker does with a window, in order: returns and confirms of its messages.
#[derive(Clone, Copy, Debug)]
enum Frame {
    Return(usize),
    Confirm(usize),
}

/// A window of ids, which of them have no queue, the broker's frames in an order that it may send
/// them in, and after how many of them the connection is lost.
fn exchange_of_frames() -> impl Strategy<Value = (Vec<u8>, Vec<bool>, Vec<Frame>, usize)> {
    let window = proptest::collection::vec(0..12_u8, 1..24);
    let unroutable = proptest::collection::vec(any::<bool>(), 12);
    (window, unroutable)
        .prop_flat_map(|(window, unroutable)| {
            let frames = window.iter().enumerate().flat_map(|(position, id)| {
                let returned = unroutable[usize::from(*id)].then_some(Frame::Return(position));
                returned.into_iter().chain([Frame::Confirm(position)])
            });
            let frames: Vec<_> = frames.collect();
            let length = frames.len();
            let shuffled = Just(frames).prop_shuffle();
            (Just(window), Just(unroutable), shuffled, 0..=2 * length)
        })
        .prop_map(|(window, unroutable, mut frames, end)| {
            returns_first(&mut frames);
            (window, unroutable, frames, end)
        })
}

/// The broker returns a message before it confirms it.
fn returns_first(frames: &mut [Frame]) {
    for at in 0..frames.len() {
        let Frame::Confirm(position) = frames[at] else {
            continue;
        };
        let is_return = |frame: &Frame| matches!(frame, Frame::Return(of) if *of == position);
        if let Some(later) = frames[at..].iter().position(is_return) {
            frames.swap(at, at + later);
        }
    }
}

/// The driver: each confirm takes along the oldest returned message that waits.
fn answers(window: &[u8], frames: &[Frame]) -> (Vec<(Mark, Answer)>, Vec<Mark>) {
    let mut answers: Vec<_> = window
        .iter()
        .map(|id| (mark(*id), Answer::Missing))
        .collect();
    let mut waiting = VecDeque::new();
    let mut returned = Vec::new();
    for frame in frames {
        match *frame {
            Frame::Return(position) => waiting.push_back(mark(window[position])),
            Frame::Confirm(position) => {
                answers[position].1 = Answer::Confirmed;
                returned.extend(waiting.pop_front());
            }
        }
    }
    (answers, returned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_order_the_broker_answers_in_nothing_lost_is_taken_for_stored(
        (window, unroutable, frames, end) in exchange_of_frames(),
    ) {
        let end = end.min(frames.len());
        let (answers, returned) = answers(&window, &frames[..end]);
        let rulings = rule(&answers, &returned);
        for ((id, (_, answer)), ruling) in window.iter().zip(&answers).zip(rulings) {
            let is_lost = unroutable[usize::from(*id)];
            if end == frames.len() {
                let expected = if is_lost { Ruling::Unrouted } else { Ruling::Stored };
                prop_assert_eq!(ruling, expected);
            }
            prop_assert!(!(is_lost && ruling == Ruling::Stored));
            prop_assert!(*answer == Answer::Confirmed || ruling == Ruling::Unknown);
        }
    }
}
