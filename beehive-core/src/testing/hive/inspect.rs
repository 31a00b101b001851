//! Looking at what a hive under test did.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use futures_util::FutureExt as _;

use super::{Settled, TestHive};
use crate::event::{Event, EventBody};
use crate::page::PageRequest;
use crate::queue::{DeadLetter, DeadLetters as _, QueueName};

impl TestHive {
    /// The events of a type that were published so far, by the hive and the test, in order; one
    /// that was published several times is there once.
    pub fn published(&self, event_type: &str) -> Vec<Event> {
        let mut events = self.journal().published();
        events.retain(|event| event.event_type() == event_type);
        events
    }

    /// As [`published`](Self::published), of a typed body.
    ///
    /// # Panics
    /// If a body of that type cannot be read.
    #[track_caller]
    pub fn bodies<T: EventBody>(&self) -> Vec<T> {
        let read = |event: Event| match event.body() {
            Ok(body) => body,
            Err(error) => panic!("a published `{}` cannot be read: {error:?}", T::TYPE),
        };
        self.published(T::TYPE).into_iter().map(read).collect()
    }

    /// Asserts that so many different events of a type were published.
    ///
    /// # Panics
    /// If not; says what was published instead, and what became of the rest.
    #[track_caller]
    pub fn assert_published(&self, event_type: &str, count: usize) {
        let found = self.published(event_type).len();
        assert!(
            found == count,
            "expected {count} `{event_type}`, found {found}; {}",
            self.situation()
        );
    }

    /// How the deliveries of a subscription, such as `OrderAccepted-Payment`, or of a simple queue
    /// were settled.
    ///
    /// # Panics
    /// If no such queue is declared; names those that are.
    #[track_caller]
    pub fn settled(&self, queue: &str) -> Settled {
        Settled::read(self.journal(), &self.declared(queue))
    }

    /// The dead letters of a subscription or a simple queue, oldest first.
    ///
    /// # Panics
    /// If no such queue is declared; names those that are.
    #[track_caller]
    pub fn dead_letters(&self, queue: &str) -> Vec<DeadLetter> {
        self.dead_letters_of(&self.declared(queue))
    }

    /// Asserts that there are no dead letters in any queue.
    ///
    /// # Panics
    /// If there are; shows each with its last error.
    #[track_caller]
    pub fn assert_no_dead_letters(&self) {
        let letters = self.dead_letter_lines();
        assert!(
            letters.is_empty(),
            "expected no dead letters, found {}:{}",
            letters.len(),
            letters.concat()
        );
    }

    /// The topics that somebody reads.
    pub(super) fn topics_read(&self) -> Vec<String> {
        let mut topics: Vec<_> = self
            .journal()
            .declared()
            .iter()
            .filter(|name| name.is_readable())
            .map(|name| name.topic().to_owned())
            .collect();
        topics.dedup();
        topics
    }

    #[track_caller]
    fn declared(&self, queue: &str) -> QueueName {
        let mut declared = self.journal().declared();
        declared.retain(QueueName::is_readable);
        match declared.iter().find(|name| name.as_str() == queue) {
            Some(name) => name.clone(),
            None => panic!("there is no queue `{queue}`; there are {declared:?}"),
        }
    }

    fn dead_letters_of(&self, queue: &QueueName) -> Vec<DeadLetter> {
        // A queue in memory answers at once, so that looking needs no await.
        let page = PageRequest::first(usize::MAX);
        let letters = self.queue.list(queue, &page).now_or_never();
        letters
            .and_then(Result::ok)
            .map(|page| page.items)
            .unwrap_or_default()
    }

    fn dead_letter_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for queue in self.journal().declared() {
            for DeadLetter { event, record } in self.dead_letters_of(&queue) {
                let (id, reason, attempts) = (event.id(), record.reason, record.attempts);
                let errors = record.errors.join(": ");
                lines.push(format!(
                    "\n  {queue}: {id}, {reason} in attempt {attempts} of `{}`: {errors}",
                    record.actor
                ));
            }
        }
        lines
    }

    /// What there is instead of what a test expected.
    fn situation(&self) -> String {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for event in self.journal().published() {
            *counts.entry(event.event_type().to_owned()).or_default() += 1;
        }
        let mut text = String::from("published so far:");
        for (event_type, count) in &counts {
            // Writing to a string cannot fail.
            write!(text, " {event_type} × {count},").ok();
        }
        if counts.is_empty() {
            text.push_str(" nothing,");
        }
        text.pop();
        let letters = self.dead_letter_lines();
        if !letters.is_empty() {
            write!(text, "\ndead letters:{}", letters.concat()).ok();
        }
        if let Some(left) = self.unfinished(Duration::ZERO, Duration::ZERO).lines() {
            write!(text, "\nnot settled yet:{left}").ok();
        }
        text
    }
}
