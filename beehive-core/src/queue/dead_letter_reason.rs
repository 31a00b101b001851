//! Why an event was given up.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why an event was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeadLetterReason {
    /// Every attempt failed.
    AttemptsExhausted,
    /// The actor said that trying again cannot help.
    Terminal,
    /// The event or its body cannot be read.
    Undecodable,
    /// The actor does not know events of this type. Redrive it when one reads the queue that does.
    UnknownType,
    /// The event is larger than the limits allow.
    TooLarge,
    /// The last attempts took the process down with them.
    Crashed,
    /// The event is the last of a chain so long that it must be a loop.
    Loop,
    /// A follow-up cannot be published, now or later.
    Unpublishable,
    /// In strict mode: the actor announced an event that it does not declare.
    Undeclared,
    /// A reason that a later version has and this one does not know; its word is the first of the
    /// record's errors.
    Other,
}

impl DeadLetterReason {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::AttemptsExhausted,
        Self::Terminal,
        Self::Undecodable,
        Self::UnknownType,
        Self::TooLarge,
        Self::Crashed,
        Self::Loop,
        Self::Unpublishable,
        Self::Undeclared,
        Self::Other,
    ];

    /// The reason as one word, as it stands in headers and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AttemptsExhausted => "attempts-exhausted",
            Self::Terminal => "terminal",
            Self::Undecodable => "undecodable",
            Self::UnknownType => "unknown-type",
            Self::TooLarge => "too-large",
            Self::Crashed => "crashed",
            Self::Loop => "loop",
            Self::Unpublishable => "unpublishable",
            Self::Undeclared => "undeclared",
            Self::Other => "other",
        }
    }

    /// The reason of this word; `None` if it is one of a later version.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|reason| reason.as_str() == word)
    }
}

impl fmt::Display for DeadLetterReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for DeadLetterReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for DeadLetterReason {
    /// A word that is not known is [`Other`](Self::Other).
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::of_word(&word).unwrap_or(Self::Other))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_reason_has_a_word_of_its_own_and_is_read_from_it() {
        let mut words = HashSet::new();
        for reason in DeadLetterReason::ALL {
            assert!(words.insert(reason.as_str()), "{reason} twice");
            let written = serde_json::to_string(reason).unwrap();
            assert_eq!(written, format!("\"{reason}\""));
            assert_eq!(
                serde_json::from_str::<DeadLetterReason>(&written).unwrap(),
                *reason
            );
        }
    }

    #[test]
    fn words_never_change_between_versions() {
        // Pinned: dead letters outlive the program that wrote them.
        let words: Vec<_> = DeadLetterReason::ALL
            .iter()
            .map(|reason| reason.as_str())
            .collect();
        assert_eq!(
            words,
            [
                "attempts-exhausted",
                "terminal",
                "undecodable",
                "unknown-type",
                "too-large",
                "crashed",
                "loop",
                "unpublishable",
                "undeclared",
                "other",
            ]
        );
    }
}
