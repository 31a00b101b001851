//! Nobody did what nobody may do. Pure.

use super::super::protection::settles_all;
use super::super::record::Seen;
use super::super::scenario::Scenario;

/// What was noted while it ran, and leases that were let go where they must be settled.
pub(super) fn violations(scenario: &Scenario, seen: &Seen) -> Vec<String> {
    /// One sentence of a kind says enough.
    const SHOWN: usize = 10;
    let mut wrong: Vec<_> = seen.misconduct.iter().take(SHOWN).cloned().collect();
    if settles_all(scenario) {
        let of_process = seen.tallies.iter().filter(|(_, tally)| tally.let_go > 0);
        wrong.extend(
            of_process.map(|(who, tally)| {
                format!("{who} let go of {} leases without a word", tally.let_go)
            }),
        );
    }
    wrong
}
