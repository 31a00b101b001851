//! How strict a hive is about what it is told.

/// Whether a workflow that contradicts its declarations is an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// It is warned about.
    #[default]
    Lenient,
    /// It is: at start for a topic that nobody announces, at run time for an event that an actor
    /// announces without declaring it.
    Strict,
}

impl Strictness {
    pub(crate) fn is_strict(self) -> bool {
        self == Self::Strict
    }
}
