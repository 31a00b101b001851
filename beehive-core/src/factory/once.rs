//! Things that are said once.

use std::collections::HashSet;
use std::sync::Mutex;

use super::lock::lock;

/// How many things are remembered. Names come from code; should one be made up per event, the set
/// stays bounded, and nobody reads more.
const KNOWN_MAX: usize = 1_000;

/// What was said already.
#[derive(Debug, Default)]
pub(super) struct Once(Mutex<HashSet<String>>);

impl Once {
    /// Whether this is the first time. Say it when the lock is free again: a log may block.
    pub(super) fn is_first(&self, about: &str) -> bool {
        let mut known = lock(&self.0);
        !known.contains(about) && known.len() < KNOWN_MAX && known.insert(about.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_said_once_and_not_for_ever_more_things() {
        let once = Once::default();
        assert!(once.is_first("a"));
        assert!(!once.is_first("a"));
        let said = (0..2 * KNOWN_MAX).filter(|number| once.is_first(&number.to_string()));
        assert_eq!(said.count(), KNOWN_MAX - 1);
    }
}
