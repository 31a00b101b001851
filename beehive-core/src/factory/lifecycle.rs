//! What is said of the way of each event through this process.
//!
//! Two lines an event, at the level `debug` under the target `beehive::lifecycle`: `taken` when a
//! worker begins with it, `ended` when nothing more is done under its lease. Whoever reads both
//! knows at every moment what a process has in work, also when it is killed: what was taken and
//! never ended. The fault rig reads them.

use tracing::debug;

use super::disposition::Disposition;
use super::parts::Factory;
use super::settling::Settled;
use crate::event::EventId;

/// The target of these lines, which is no module of ours: it stays when code moves.
const TARGET: &str = "beehive::lifecycle";

/// How an event left this process.
fn outcome(settled: Settled, disposition: Disposition) -> &'static str {
    match (settled, disposition) {
        (Settled::Lost, _) | (_, Disposition::LetGo) => "lease-lost",
        // A retry at once keeps its lease, so it is no end.
        (Settled::No, _) | (Settled::Yes, Disposition::RetryNow) => "not-settled",
        (Settled::Yes, Disposition::Commit) => "committed",
        (Settled::Yes, Disposition::RetryLater(..)) => "deferred",
        (Settled::Yes, Disposition::HandBack) => "handed-back",
        (Settled::Yes, Disposition::DeadLetter(_)) => "dead-lettered",
    }
}

impl Factory {
    /// A worker begins with an event.
    pub(super) fn say_taken(&self, event: &EventId, attempt: u32) {
        debug!(target: TARGET, queue = %self.queue, %event, attempt, "taken");
    }

    /// Nothing more is done with an event under its lease.
    pub(super) fn say_ended(&self, event: &EventId, settled: Settled, disposition: Disposition) {
        let outcome = outcome(settled, disposition);
        debug!(target: TARGET, queue = %self.queue, %event, outcome, "ended");
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::factory::disposition::Counting;
    use crate::queue::DeadLetterReason;

    #[test]
    fn an_end_is_named_as_it_was_settled() {
        let later = Disposition::RetryLater(Duration::ZERO, Counting::Counted);
        let dead = Disposition::DeadLetter(DeadLetterReason::Terminal);
        for (settled, disposition, expected) in [
            (Settled::Yes, Disposition::Commit, "committed"),
            (Settled::Yes, later, "deferred"),
            (Settled::Yes, Disposition::HandBack, "handed-back"),
            (Settled::Yes, dead, "dead-lettered"),
            (Settled::Lost, Disposition::Commit, "lease-lost"),
            (Settled::Yes, Disposition::LetGo, "lease-lost"),
            (Settled::No, dead, "not-settled"),
        ] {
            assert_eq!(outcome(settled, disposition), expected);
        }
    }
}
