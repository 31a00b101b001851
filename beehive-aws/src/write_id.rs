//! Names for writes, so that one that took effect is known again.

use std::fmt;

use uuid::Uuid;

/// Names one write. It is kept in what is written: a write that nobody answered, and that is then
/// refused because something is there, finds its own id in that.
///
/// It begins with the time, in the way of a UUID of version 7, which tells people when an item was
/// written.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct WriteId(String);

impl WriteId {
    /// One that was never given before.
    pub(crate) fn new() -> Self {
        Self(Uuid::now_v7().simple().to_string())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WriteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_equal() {
        let (one, two) = (WriteId::new(), WriteId::new());
        assert_ne!(one, two);
        assert_eq!(one.as_str().len(), 32);
    }
}
