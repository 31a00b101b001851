//! When a hive is stopped and started again, and in which version. Pure.

use std::time::Duration;

use super::workflow::Version;

/// What is planned for one hive, whatever befalls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Career {
    /// When it is stopped to be started again, first to last.
    restarts: Vec<Duration>,
    /// From when on it is started as the newer version.
    newer_from: Duration,
}

impl Career {
    /// Draws one with so many restarts at most. Half of those who are restarted are of the older
    /// version until one of their restarts.
    pub(super) fn drawn(seed: u64, hive: u64, restarts_max: usize) -> Self {
        /// About as long as a run in fine weather takes.
        const SPAN: u64 = 90_000;
        let mut rng =
            fastrand::Rng::with_seed(seed.wrapping_mul(31).wrapping_add(hive) ^ 0x00ca_4ee4);
        let mut restarts: Vec<_> = (0..rng.usize(..=restarts_max))
            .map(|_| Duration::from_millis(rng.u64(1..SPAN)))
            .collect();
        restarts.sort_unstable();
        let newer_from = match restarts.len() {
            0 => Duration::ZERO,
            count if rng.bool() => restarts[rng.usize(..count)],
            _ => Duration::ZERO,
        };
        Self {
            restarts,
            newer_from,
        }
    }

    /// As which version it is started at this time.
    pub(super) fn version(&self, at: Duration) -> Version {
        if at < self.newer_from {
            Version::Older
        } else {
            Version::Newer
        }
    }

    /// From when on it is the newer version.
    pub(super) fn newer_from(&self) -> Duration {
        self.newer_from
    }

    /// When it is stopped next after this time, if ever.
    pub(super) fn next_restart(&self, after: Duration) -> Option<Duration> {
        self.restarts.iter().find(|at| **at > after).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_are_older_until_a_restart_and_some_are_newer_at_once() {
        let careers: Vec<_> = (0..100).map(|seed| Career::drawn(seed, 0, 3)).collect();
        let of_version = |version| {
            let first = |career: &&Career| career.version(Duration::ZERO) == version;
            careers.iter().filter(first).count()
        };
        assert!(of_version(Version::Older) > 20 && of_version(Version::Newer) > 20);
        for career in &careers {
            let upgrade = career.newer_from();
            assert_eq!(career.version(upgrade), Version::Newer);
            let before = upgrade.saturating_sub(Duration::from_millis(1));
            let restart = career.next_restart(before);
            assert!(upgrade.is_zero() || restart == Some(upgrade), "{career:?}");
        }
    }

    #[test]
    fn without_restarts_all_are_of_the_newer_version() {
        let career = Career::drawn(7, 1, 0);
        assert_eq!(career.version(Duration::ZERO), Version::Newer);
        assert_eq!(career.next_restart(Duration::ZERO), None);
    }
}
