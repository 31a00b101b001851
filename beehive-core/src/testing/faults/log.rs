//! How often which fault struck.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Fault;

/// How often each kind of fault struck so far; clones count together.
///
/// A test under faults that asserts no minimum here may have tested nothing.
#[derive(Clone, Default)]
pub struct FaultLog {
    counts: Arc<[AtomicU64; Fault::ALL.len()]>,
}

impl FaultLog {
    /// How often this kind struck.
    pub fn count(&self, fault: Fault) -> u64 {
        self.counts[fault.index()].load(Ordering::Relaxed)
    }

    /// How often any struck.
    pub fn total(&self) -> u64 {
        Fault::ALL.into_iter().map(|fault| self.count(fault)).sum()
    }

    /// The kinds that struck, and how often.
    pub fn counts(&self) -> impl Iterator<Item = (Fault, u64)> {
        Fault::ALL
            .into_iter()
            .map(|fault| (fault, self.count(fault)))
            .filter(|(_, count)| *count > 0)
    }

    pub(super) fn note(&self, fault: Fault) {
        self.counts[fault.index()].fetch_add(1, Ordering::Relaxed);
    }
}

impl fmt::Display for FaultLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (fault, count) in self.counts() {
            write!(f, "{separator}{fault} {count}")?;
            separator = ", ";
        }
        if separator.is_empty() {
            f.write_str("no faults")?;
        }
        Ok(())
    }
}

impl fmt::Debug for FaultLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.counts()).finish()
    }
}
