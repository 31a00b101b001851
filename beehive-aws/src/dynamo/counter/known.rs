//! Where this process last saw its counters, and whose turn it is to change them.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::{Instant, timeout_at};

/// How many counters are remembered; a process that changes more at a time looks more often.
const KNOWN_MAX: usize = 4096;
/// How many turns there are: counters that share one wait for each other, which is no harm.
const TURNS: usize = 64;

/// Where this process last saw its counters. A guess: others change them too.
pub(super) struct Known {
    values: Mutex<HashMap<Box<str>, i64>>,
    turns: [tokio::sync::Mutex<()>; TURNS],
    hashes: RandomState,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            values: Mutex::default(),
            turns: std::array::from_fn(|_| tokio::sync::Mutex::default()),
            hashes: RandomState::new(),
        }
    }
}

impl Known {
    pub(super) fn get(&self, key: &str) -> Option<i64> {
        self.values().get(key).copied()
    }

    pub(super) fn set(&self, key: &str, value: i64) {
        let mut values = self.values();
        if let Some(known) = values.get_mut(key) {
            *known = value;
            return;
        }
        if values.len() >= KNOWN_MAX {
            // Rare, and what is forgotten costs one look each.
            values.clear();
        }
        values.insert(key.into(), value);
    }

    pub(super) fn forget(&self, key: &str) {
        self.values().remove(key);
    }

    /// Waits until no one else in this process changes the counter once; `None` if that takes too
    /// long.
    pub(super) async fn turn(
        &self,
        key: &str,
        deadline: Instant,
    ) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "any bits of the hash are as good as the others"
        )]
        let number = self.hashes.hash_one(key) as usize % TURNS;
        let turn = self.turns.get(number)?;
        timeout_at(deadline, turn.lock()).await.ok()
    }

    /// Nothing panics while the map changes, so poisoning can be passed over.
    fn values(&self) -> MutexGuard<'_, HashMap<Box<str>, i64>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known")
            .field("count", &self.values().len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_was_seen_is_known_until_there_is_too_much() {
        let known = Known::default();
        known.set("a", 1);
        known.set("a", 2);
        assert_eq!(known.get("a"), Some(2));
        known.forget("a");
        assert_eq!(known.get("a"), None);
        for number in 0..=KNOWN_MAX {
            known.set(&number.to_string(), 0);
        }
        assert!(known.values().len() <= KNOWN_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn a_counter_is_changed_by_one_at_a_time_and_nobody_waits_for_ever() {
        let known = Known::default();
        let deadline = Instant::now() + Duration::from_secs(1);
        let held = known.turn("a", deadline).await;
        assert!(held.is_some());
        assert!(known.turn("a", deadline).await.is_none());
        drop(held);
        assert!(known.turn("a", deadline).await.is_some());
    }
}
