//! What came of many seeds together.

use std::collections::BTreeMap;
use std::time::Duration;

use beehive_core::testing::Fault;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::play::Played;

/// What came of many seeds together.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// How many were played.
    pub seeds: u64,
    /// How often each kind of fault struck.
    pub faults: BTreeMap<Fault, u64>,
    /// Processes that died.
    pub crashes: u64,
    /// Processes that were stopped and replaced.
    pub restarts: u64,
    /// Events that the older version could not read, and that came again for the newer one.
    pub redriven: u64,
    /// How many traces were compared with those of other runs of the same seed.
    pub verified: u64,
    /// How many things changed a world.
    pub entries: u64,
    /// All runs together, in the time of their worlds.
    pub elapsed: Duration,
    /// The longest run.
    pub longest: Duration,
    /// Of all traces together; equal for equal traces, in whatever order they were played.
    pub digest: u64,
    /// What was wrong, by seed.
    pub failures: BTreeMap<u64, Vec<String>>,
}

impl Totals {
    /// Adds what came of a seed.
    pub(super) fn add(&mut self, seed: u64, played: Played) {
        self.seeds += 1;
        for (fault, count) in played.fault_counts() {
            *self.faults.entry(fault).or_default() += count;
        }
        self.crashes += played.crashes;
        self.restarts += played.restarts;
        self.redriven += played.redriven;
        self.entries += played.entries;
        self.elapsed += played.elapsed;
        self.longest = self.longest.max(played.elapsed);
        let digest = played.digest.map_or(0, super::TraceDigest::as_u64);
        let of_seed = xxh3_64_with_seed(&digest.to_be_bytes(), seed);
        self.digest = self.digest.wrapping_add(of_seed);
        if !played.violations.is_empty() {
            self.failures.insert(seed, played.violations);
        }
    }

    /// How many faults struck.
    pub fn faults_total(&self) -> u64 {
        self.faults.values().sum()
    }
}
