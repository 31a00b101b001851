//! Which attribute macro is at work: its words in a diagnostic.

use std::fmt;

/// One of the two attribute macros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttributeMacro {
    Actor,
    Pulser,
}

impl AttributeMacro {
    /// The last segment of the attribute's path.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Pulser => "pulser",
        }
    }

    /// What the macro makes of an item, with its article.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Actor => "an actor",
            Self::Pulser => "a pulser",
        }
    }
}

impl fmt::Display for AttributeMacro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`#[{}]`", self.name())
    }
}
