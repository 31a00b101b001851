//! How long a channel is kept open for acks that the broker still has in hand. Pure.

use std::time::Duration;

use tokio::time::Instant;

/// How many frames for one queue a channel is sure to have passed on. While 32 are on their way to a
/// quorum queue it keeps back all further ones, and forgets those when it is closed: what was
/// committed would be delivered again. Half of that, since two intervals may touch.
const SURE: usize = 16;
/// For how long frames may be on their way, on a broker that is busy.
const INTERVAL: Duration = Duration::from_secs(1);

/// How long a channel is kept open for acks that the broker still has in hand.
#[derive(Debug)]
pub(super) struct Linger {
    since: Instant,
    frames: usize,
    until: Option<Instant>,
}

impl Linger {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            since: now,
            frames: 0,
            until: None,
        }
    }

    /// So many frames are written now.
    pub(super) fn note(&mut self, frames: usize, now: Instant) {
        if now.saturating_duration_since(self.since) >= INTERVAL {
            self.since = now;
            self.frames = 0;
        }
        self.frames += frames;
        if self.frames > SURE {
            self.until = Some(now + INTERVAL);
        }
    }

    /// Until when the channel is to be kept open.
    pub(super) fn until(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_after_many_frames_in_a_short_time() {
        const TENTH: Duration = Duration::from_millis(100);
        let start = Instant::now();
        for (what, frames, until) in [
            ("nothing", vec![], None),
            ("a few", vec![(0, 10), (1, 6)], None),
            ("many at once", vec![(0, 17)], Some(10)),
            ("many, one by one", vec![(0, 10), (3, 6), (4, 1)], Some(14)),
            (
                "few in each of two intervals",
                vec![(9, 16), (10, 16)],
                None,
            ),
            ("many, and then few", vec![(0, 40), (20, 3)], Some(10)),
        ] {
            let mut linger = Linger::new(start);
            for (tenths, count) in frames {
                linger.note(count, start + tenths * TENTH);
            }
            let found = linger.until(start);
            assert_eq!(
                found,
                until.map(|tenths: u32| start + tenths * TENTH),
                "{what}"
            );
            assert_eq!(linger.until(start + 99 * TENTH), None, "{what}, long ago");
        }
    }
}
