//! The prefix that keeps one system's exchanges and queues apart from another's.

use std::fmt;
use std::str::FromStr;

use beehive_core::{Error, ErrorKind};

/// The prefix of every exchange and queue: 1 to 30 ASCII letters, digits, underscores or hyphens.
///
/// ```
/// use beehive_rabbit::Namespace;
///
/// let namespace: Namespace = "shop".parse()?;
/// assert_eq!(namespace.as_str(), "shop");
/// assert!("two words".parse::<Namespace>().is_err());
/// # Ok::<(), beehive_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Namespace(String);

impl Namespace {
    /// The longest, in bytes. What a delayed event is routed by must fit into 255 bytes.
    pub const LENGTH_MAX: usize = 30;

    /// The prefix itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Namespace {
    /// `beehive`.
    fn default() -> Self {
        Self("beehive".into())
    }
}

impl FromStr for Namespace {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let allowed = (1..=Self::LENGTH_MAX).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        if allowed {
            return Ok(Self(text.into()));
        }
        Err(Error::new(
            ErrorKind::Configuration,
            "a namespace is 1 to 30 ASCII letters, digits, underscores or hyphens",
        )
        .with_operation("read namespace")
        .with_context("namespace", text))
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_one_short_word() {
        for text in ["a", "prismo", "run-7_b", &"n".repeat(30)] {
            assert_eq!(text.parse::<Namespace>().unwrap().as_str(), text);
        }
        for text in ["", "a.b", "a b", "ä", "#", "*", &"n".repeat(31)] {
            let error = text.parse::<Namespace>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{text}");
        }
    }
}
