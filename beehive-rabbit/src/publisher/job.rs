//! What one caller wants published.

use std::collections::VecDeque;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::{Message, Verdict};

/// The messages of one caller, in order, and the way to answer it.
#[derive(Debug)]
pub(super) struct Job {
    /// What was not sent yet.
    pub(super) left: VecDeque<Message>,
    verdicts: Vec<Verdict>,
    answer: oneshot::Sender<Vec<Verdict>>,
    /// Since when the caller waits for what is next.
    pub(super) since: Instant,
}

impl Job {
    pub(super) fn new(
        messages: Vec<Message>,
        since: Instant,
    ) -> (Self, oneshot::Receiver<Vec<Verdict>>) {
        let (answer, answered) = oneshot::channel();
        let job = Self {
            verdicts: Vec::with_capacity(messages.len()),
            left: messages.into(),
            answer,
            since,
        };
        (job, answered)
    }

    /// Whether the caller gave up.
    pub(super) fn is_unwanted(&self) -> bool {
        self.answer.is_closed()
    }

    /// The verdicts on what was sent last, in order.
    pub(super) fn judged(&mut self, verdicts: impl IntoIterator<Item = Verdict>) {
        let before = self.verdicts.len();
        self.verdicts.extend(verdicts);
        if self.verdicts.len() > before {
            // A long batch is not slow as long as it goes on.
            self.since = Instant::now();
        }
    }

    /// Answers the caller. What was not sent has this verdict.
    pub(super) fn answer(mut self, unsent: impl Fn() -> Verdict) {
        let count = self.left.len();
        self.judged(std::iter::repeat_with(unsent).take(count));
        // One that gave up meanwhile does not hear it.
        self.answer.send(self.verdicts).ok();
    }
}
