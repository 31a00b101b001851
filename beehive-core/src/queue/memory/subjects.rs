//! Which events wait for an earlier one of their subject. Pure.

use std::collections::{HashMap, VecDeque};

use smol_str::SmolStr;

/// What waits for an earlier one of its subject: of each subject that has a turn, what comes after it.
#[derive(Debug)]
pub(super) struct Subjects<T> {
    behind: HashMap<SmolStr, VecDeque<T>>,
    len: usize,
}

impl<T> Default for Subjects<T> {
    fn default() -> Self {
        Self {
            behind: HashMap::new(),
            len: 0,
        }
    }
}

impl<T> Subjects<T> {
    /// Gives an item back whose turn it is; keeps any other until then.
    pub(super) fn enter(&mut self, subject: &SmolStr, item: T) -> Option<T> {
        if let Some(behind) = self.behind.get_mut(subject) {
            behind.push_back(item);
            self.len += 1;
            return None;
        }
        self.behind.insert(subject.clone(), VecDeque::new());
        Some(item)
    }

    /// Ends the turn of a subject, and gives what comes next the turn.
    pub(super) fn leave(&mut self, subject: &SmolStr) -> Option<T> {
        let next = self.behind.get_mut(subject)?.pop_front();
        if next.is_some() {
            self.len -= 1;
        } else {
            self.behind.remove(subject);
        }
        next
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_each_subject_has_its_turn() {
        let mut subjects = Subjects::default();
        let (clover, thyme) = ("clover".into(), "thyme".into());
        assert_eq!(subjects.enter(&clover, 1), Some(1));
        assert_eq!(subjects.enter(&clover, 2), None);
        assert_eq!(subjects.enter(&clover, 3), None);
        assert_eq!(subjects.enter(&thyme, 4), Some(4));
        assert_eq!(subjects.len(), 2);
        assert_eq!(subjects.leave(&clover), Some(2));
        assert_eq!(subjects.leave(&clover), Some(3));
        assert_eq!(subjects.leave(&clover), None);
        assert_eq!(subjects.leave(&clover), None);
        assert_eq!(subjects.enter(&clover, 5), Some(5));
        assert_eq!(subjects.len(), 0);
    }
}
