//! What is remembered for a while: a map whose entries end, cleared a few at a time.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

/// Stands for a key: 128 bits of two hashes under secret random keys.
///
/// Nobody can aim at a collision, and by chance two of a million entries share one once in 10^26
/// tries; in return an entry needs no memory for its key, and no comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint(u64, u64);

impl Hash for Fingerprint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}

/// Makes fingerprints. Apart from the map, so that hashing is done before the map is locked.
#[derive(Clone)]
pub(super) struct Fingerprints(RandomState, RandomState);

impl Fingerprints {
    pub(super) fn new() -> Self {
        Self(RandomState::new(), RandomState::new())
    }

    pub(super) fn of(&self, key: impl Hash) -> Fingerprint {
        Fingerprint(self.0.hash_one(&key), self.1.hash_one(&key))
    }
}

impl fmt::Debug for Fingerprints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The keys are secret.
        f.write_str("Fingerprints")
    }
}

/// Passes a fingerprint on, which is a hash already.
#[derive(Default)]
struct Passed(u64);

impl Hasher for Passed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // Never called, since a fingerprint hashes as one number; but no reason to panic.
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

type Slots<V> = HashMap<Fingerprint, Slot<V>, BuildHasherDefault<Passed>>;

#[derive(Clone, Copy, Debug)]
struct Slot<V> {
    value: V,
    /// In nanoseconds since the beginning, which takes half the room of an instant.
    expires: u64,
}

/// A growing map moves all it holds, so it is divided, and one move is short.
const PARTS: usize = 64;

/// How many ended entries one insertion clears away: more than it adds, so that they go faster than
/// they come, and few, so that nobody waits for it.
const CLEARED_AT_ONCE: usize = 2;

/// A moment, in nanoseconds since the beginning of a map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now(u64);

const NANOS_IN_SECOND: u64 = 1_000_000_000;

/// Values that are forgotten after a time of their own.
pub(super) struct Expiring<V> {
    parts: Vec<Slots<V>>,
    /// One mark per entry, in the second in which it ends or ended before it was prolonged.
    ends: BTreeMap<u64, VecDeque<Fingerprint>>,
    count: usize,
    beginning: Instant,
}

impl<V: Copy> Expiring<V> {
    pub(super) fn new() -> Self {
        Self {
            parts: std::iter::repeat_with(HashMap::default)
                .take(PARTS)
                .collect(),
            ends: BTreeMap::new(),
            count: 0,
            beginning: Instant::now(),
        }
    }

    /// Reads the clock, once for all steps of an operation: it takes as long as one of them.
    pub(super) fn now(&self) -> Now {
        Now(nanos(
            Instant::now().saturating_duration_since(self.beginning),
        ))
    }

    /// How many entries there are, with those that ended and were not cleared away yet.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn get(&self, key: Fingerprint, now: Now) -> Option<V> {
        let slot = self.parts[part(key)].get(&key)?;
        (now.0 < slot.expires).then_some(slot.value)
    }

    /// Sets a value and when it ends. An entry that is there, ended or not, keeps its mark, which
    /// moves when its time has come.
    pub(super) fn set(&mut self, key: Fingerprint, value: V, now: Now, retention: Duration) {
        let expires = now.0.saturating_add(nanos(retention));
        let slot = Slot { value, expires };
        if self.parts[part(key)].insert(key, slot).is_none() {
            self.count += 1;
            self.mark(key, expires);
        }
    }

    /// Clears away a few entries that ended.
    pub(super) fn clear_ended(&mut self, now: Now) {
        for _ in 0..CLEARED_AT_ONCE {
            match self.ends.first_key_value() {
                Some((&second, _)) if second.saturating_mul(NANOS_IN_SECOND) <= now.0 => {
                    self.clear_first(now);
                }
                _ => return,
            }
        }
    }

    /// Clears away the entry that ends first, to the second, though it has not ended.
    pub(super) fn clear_oldest(&mut self) {
        let before = self.count;
        while self.count == before && self.count > 0 {
            self.clear_first(Now(u64::MAX));
        }
    }

    /// Removes the first mark, and its entry unless that was prolonged.
    fn clear_first(&mut self, now: Now) {
        let Some(mut first) = self.ends.first_entry() else {
            return;
        };
        let second = *first.key();
        let key = first.get_mut().pop_front();
        if first.get().is_empty() {
            first.remove();
        }
        let Some(key) = key else { return };
        let slots = &mut self.parts[part(key)];
        let Some(slot) = slots.get(&key) else { return };
        let expires = slot.expires;
        if second_of(expires) > second {
            self.mark(key, expires);
        } else if expires <= now.0 {
            slots.remove(&key);
            self.count -= 1;
        }
    }

    fn mark(&mut self, key: Fingerprint, expires: u64) {
        self.ends
            .entry(second_of(expires))
            .or_default()
            .push_back(key);
    }
}

impl<V> fmt::Debug for Expiring<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expiring")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

/// The second by whose beginning an entry has ended.
fn second_of(expires: u64) -> u64 {
    expires.div_ceil(NANOS_IN_SECOND)
}

/// Enough for five centuries; what is longer is cut to that.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The map takes the lowest and highest bits of the first hash, so the part is of the second.
#[expect(clippy::cast_possible_truncation, reason = "the remainder is small")]
fn part(key: Fingerprint) -> usize {
    (key.1 % PARTS as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn filled(entries: u32, retention: Duration) -> (Expiring<u32>, Fingerprints) {
        let (mut map, fingerprints) = (Expiring::new(), Fingerprints::new());
        for entry in 0..entries {
            map.set(fingerprints.of(entry), entry, map.now(), retention);
        }
        (map, fingerprints)
    }

    #[tokio::test(start_paused = true)]
    async fn ended_entries_go_as_fast_as_new_ones_come() {
        let (mut map, fingerprints) = filled(1000, SECOND);
        tokio::time::advance(SECOND * 3).await;
        for entry in 1000..2000_u32 {
            map.clear_ended(map.now());
            map.set(fingerprints.of(entry), entry, map.now(), SECOND * 60);
        }
        assert_eq!(map.len(), 1000);
        let marks: usize = map.ends.values().map(VecDeque::len).sum();
        assert_eq!(marks, map.len());
    }

    #[tokio::test(start_paused = true)]
    async fn an_entry_that_was_prolonged_outlives_its_first_end() {
        let (mut map, fingerprints) = filled(3, SECOND);
        let kept = fingerprints.of(1_u32);
        map.set(kept, 7, map.now(), SECOND * 10);
        tokio::time::advance(SECOND * 3).await;
        map.clear_ended(map.now());
        map.clear_ended(map.now());
        assert_eq!(map.len(), 1);
        assert_eq!(map.get(kept, map.now()), Some(7));
        tokio::time::advance(SECOND * 8).await;
        assert_eq!(map.get(kept, map.now()), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_oldest_is_the_one_that_ends_first() {
        let (mut map, fingerprints) = filled(3, SECOND * 10);
        let soonest = fingerprints.of(9_u32);
        map.set(soonest, 9, map.now(), SECOND);
        map.clear_oldest();
        assert_eq!((map.get(soonest, map.now()), map.len()), (None, 3));
    }
}
