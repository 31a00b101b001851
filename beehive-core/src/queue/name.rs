//! Names of queues, parsed once.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::{SmolStr, format_smolstr};

use crate::error::{Error, ErrorKind};

/// What a [`QueueName`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QueueKind {
    /// `Topic-`: where events of a kind are announced. Nobody reads it.
    Topic,
    /// `Topic-Subscription`: one reader's own copy of a topic's events.
    Subscription,
    /// `Name-Name`: a queue that is written to and read directly.
    Queue,
}

/// The name of a topic, a subscription or a simple queue.
///
/// Two words of ASCII letters, digits and underscores, each of 1 to 80, joined by a hyphen:
/// `OrderAccepted-` is a topic, `OrderAccepted-Payment` a subscription to it, and `Jobs-Jobs`, where
/// both words are equal, a simple queue.
///
/// ```
/// use beehive_core::queue::{QueueKind, QueueName};
///
/// let name: QueueName = "OrderAccepted-Payment".parse()?;
/// assert_eq!(name.kind(), QueueKind::Subscription);
/// assert_eq!(name.topic(), "OrderAccepted");
/// assert_eq!(name.subscription(), Some("Payment"));
/// assert!("Order Accepted".parse::<QueueName>().is_err());
/// # Ok::<(), beehive_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QueueName {
    text: SmolStr,
    /// Where the hyphen is; fits, since a word has at most 80 bytes.
    hyphen: u8,
}

impl QueueName {
    /// The longest word, in bytes.
    pub const WORD_LENGTH_MAX: usize = 80;

    /// Reads a name.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`], saying what is allowed.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let invalid = |error: Error| {
            error
                .with_operation("parse queue name")
                .with_context("name", text)
        };
        let Some((topic, rest)) = text.split_once('-') else {
            return Err(invalid(Error::new(
                ErrorKind::Invalid,
                "there is no hyphen; write Topic-Subscription, Topic- for a topic, or Name-Name \
                 for a simple queue",
            )));
        };
        Self::check_word(topic).map_err(invalid)?;
        if !rest.is_empty() {
            Self::check_word(rest).map_err(invalid)?;
        }
        Ok(Self::joined(topic, rest))
    }

    /// The name of a topic.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if it is not a word.
    pub fn of_topic(topic: &str) -> Result<Self, Error> {
        Self::check_word(topic)?;
        Ok(Self::joined(topic, ""))
    }

    /// The name of a simple queue.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if it is not a word.
    pub fn of_queue(name: &str) -> Result<Self, Error> {
        Self::check_word(name)?;
        Ok(Self::joined(name, name))
    }

    fn joined(topic: &str, rest: &str) -> Self {
        Self {
            text: format_smolstr!("{topic}-{rest}"),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a word has at most 80 bytes"
            )]
            hyphen: topic.len() as u8,
        }
    }

    /// Checks one word of a name.
    pub(crate) fn check_word(word: &str) -> Result<(), Error> {
        let allowed = (1..=Self::WORD_LENGTH_MAX).contains(&word.len())
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if allowed {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Invalid,
            "a topic, subscription or queue is called by 1 to 80 ASCII letters, digits or \
             underscores",
        )
        .with_context("word", word))
    }

    /// What it names.
    pub fn kind(&self) -> QueueKind {
        match self.second() {
            "" => QueueKind::Topic,
            second if second == self.topic() => QueueKind::Queue,
            _ => QueueKind::Subscription,
        }
    }

    /// The topic; for a simple queue, its name.
    pub fn topic(&self) -> &str {
        &self.text[..usize::from(self.hyphen)]
    }

    /// The subscription, if it names one.
    pub fn subscription(&self) -> Option<&str> {
        (self.kind() == QueueKind::Subscription).then(|| self.second())
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether events can be received from it.
    pub fn is_readable(&self) -> bool {
        self.kind() != QueueKind::Topic
    }

    fn second(&self) -> &str {
        &self.text[usize::from(self.hyphen) + 1..]
    }
}

impl fmt::Display for QueueName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for QueueName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for QueueName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for QueueName {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl Serialize for QueueName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for QueueName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_told_apart_by_their_words() {
        for (text, kind, topic, subscription) in [
            ("A-", QueueKind::Topic, "A", None),
            ("A-B", QueueKind::Subscription, "A", Some("B")),
            ("A-A", QueueKind::Queue, "A", None),
            (
                "Order_1-Pay_2",
                QueueKind::Subscription,
                "Order_1",
                Some("Pay_2"),
            ),
        ] {
            let name = QueueName::parse(text).unwrap();
            assert_eq!(name.kind(), kind, "{text}");
            assert_eq!(name.topic(), topic);
            assert_eq!(name.subscription(), subscription);
            assert_eq!(name.to_string(), text);
        }
    }

    #[test]
    fn anything_else_is_refused_and_says_what_is_allowed() {
        let long = "a".repeat(81);
        for text in [
            "",
            "-",
            "A",
            "-A",
            "A-B-C",
            "A B-C",
            "Ä-B",
            "A-B\n",
            &format!("{long}-B"),
        ] {
            let error = QueueName::parse(text).unwrap_err().to_string();
            assert!(
                error.contains("write Topic-") || error.contains("1 to 80"),
                "{error}"
            );
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in ".*") {
            QueueName::parse(&text).ok();
        }

        #[test]
        fn what_parses_prints_the_same(text in "[A-Za-z0-9_]{1,80}-[A-Za-z0-9_]{0,80}") {
            prop_assert_eq!(QueueName::parse(&text).unwrap().to_string(), text);
        }
    }
}
