//! What a store backend can do, as data.

/// What a store backend can do, and its limits.
///
/// What it cannot do fails with [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), what is
/// too large with [`ErrorKind::Limit`](crate::ErrorKind::Limit), before anything happens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreCapabilities {
    /// Writes take [`Precondition::Absent`](crate::store::Precondition::Absent).
    pub write_absent: bool,
    /// Writes take [`Precondition::Match`](crate::store::Precondition::Match).
    pub write_match: bool,
    /// Deletes take [`Precondition::Match`](crate::store::Precondition::Match).
    pub delete_match: bool,
    /// The largest value, entity or item, in bytes; `None` is any.
    pub value_max: Option<u64>,
    /// The longest key, id or item name, in bytes.
    pub key_max: usize,
}

impl StoreCapabilities {
    /// A store that takes every precondition and values of any size.
    #[must_use]
    pub fn full() -> Self {
        Self {
            write_absent: true,
            write_match: true,
            delete_match: true,
            value_max: None,
            key_max: 1024,
        }
    }
}
