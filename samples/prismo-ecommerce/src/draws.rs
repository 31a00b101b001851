//! Deterministic draws: numbers that depend on what they are for, and on nothing else.

use sha2::{Digest, Sha256};

use crate::domain::Seed;

/// An endless row of numbers, fixed by a purpose, a seed and a subject.
///
/// The n-th number is the first eight bytes, big endian, of `SHA-256(key ‖ n)`, where `key =
/// SHA-256(len(purpose) ‖ purpose ‖ seed ‖ subject)` and every integer is eight bytes, big endian.
/// Spelling this out here, instead of relying on a generator of random numbers, keeps a seed's
/// outcome the same across versions, platforms and years.
#[derive(Debug)]
pub(crate) struct Draws {
    key: [u8; 32],
    next: u64,
}

impl Draws {
    /// The row for `subject` (an order, a product), apart from every other `purpose`.
    pub(crate) fn new(purpose: &str, seed: Seed, subject: &str) -> Self {
        let purpose_len = u64::try_from(purpose.len()).unwrap_or(u64::MAX);
        let key = Sha256::new()
            .chain_update(purpose_len.to_be_bytes())
            .chain_update(purpose)
            .chain_update(seed.get().to_be_bytes())
            .chain_update(subject)
            .finalize()
            .into();
        Self { key, next: 0 }
    }

    /// The next number, any of the 2⁶⁴ being equally likely.
    pub(crate) fn number(&mut self) -> u64 {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(self.key)
            .chain_update(self.next.to_be_bytes())
            .finalize()
            .into();
        self.next += 1;
        hash.iter()
            .take(8)
            .fold(0, |number, &byte| (number << 8) | u64::from(byte))
    }

    /// A number below `bound`; zero when `bound` is zero.
    ///
    /// Scales instead of taking a remainder; the bias, below `bound` / 2⁶⁴, is of no concern here.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let scaled = (u128::from(self.number()) * u128::from(bound)) >> 64;
        u64::try_from(scaled).unwrap_or(0)
    }

    /// A number from `low` up to and including `high`.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        let span = u64::from(high.saturating_sub(low)) + 1;
        low + u32::try_from(self.below(span)).unwrap_or(0)
    }

    /// One of `choices`, all equally likely.
    pub(crate) fn pick<T: Copy, const N: usize>(&mut self, choices: [T; N]) -> T {
        const { assert!(N > 0, "there is nothing to pick from") };
        let place = usize::try_from(self.below(N as u64)).unwrap_or(0);
        choices[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_the_same_for_ever() {
        let mut draws = Draws::new("test", Seed::new(1), "subject");
        assert_eq!(
            [draws.number(), draws.number()],
            [7_754_132_325_269_054_863, 4_206_371_596_523_290_135]
        );
    }

    #[test]
    fn purpose_seed_and_subject_each_lead_to_another_row() {
        let first = |purpose, seed, subject| Draws::new(purpose, Seed::new(seed), subject).number();
        let numbers = [
            first("a", 1, "x"),
            first("b", 1, "x"),
            first("a", 2, "x"),
            first("a", 1, "y"),
        ];
        let distinct: std::collections::BTreeSet<_> = numbers.iter().collect();
        assert_eq!(distinct.len(), numbers.len());
    }

    #[test]
    fn a_bounded_draw_reaches_both_ends_and_nothing_beyond() {
        let mut draws = Draws::new("test", Seed::new(1), "bounds");
        let drawn: Vec<_> = (0..200).map(|_| draws.between(3, 5)).collect();
        assert_eq!(drawn.iter().min(), Some(&3));
        assert_eq!(drawn.iter().max(), Some(&5));
        assert_eq!(draws.below(0), 0);
    }
}
