//! For how long a consumer has heard nothing. Pure.

use std::ops::Range;
use std::time::Duration;

use tokio::time::Instant;

/// By which part of the time consumers differ, so that not all are replaced at once that fell silent
/// at once.
const SPREAD: Range<f64> = 0.75..1.25;

/// For how long a consumer has heard nothing, and when that is long enough to doubt it.
///
/// RabbitMQ up to 3.13 may not cancel the consumers of a queue that is deleted and at once declared
/// again: it consumes from the new queue in their names, and then forgets where the deliveries are to
/// go. Such a consumer is listed, holds events, and hears nothing for ever. Only the end of its channel
/// gives them back.
#[derive(Debug)]
pub(super) struct Silence {
    since: Instant,
    limit: Duration,
}

impl Silence {
    /// Doubted after so long, more or less by chance (0 to 1).
    pub(super) fn new(now: Instant, limit: Duration, chance: f64) -> Self {
        let spread = SPREAD.start + (SPREAD.end - SPREAD.start) * chance;
        Self {
            since: now,
            limit: limit.mul_f64(spread),
        }
    }

    /// Something came, or nothing could have come.
    pub(super) fn end(&mut self, now: Instant) {
        self.since = now;
    }

    /// When the consumer is to be replaced.
    pub(super) fn doubted_at(&self) -> Instant {
        self.since + self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_consumer_is_doubted_so_long_after_what_it_last_heard() {
        let start = Instant::now();
        for (chance, limit) in [(0.0, 45), (0.5, 60), (1.0, 75)] {
            let mut silence = Silence::new(start, 60 * SECOND, chance);
            assert_eq!(silence.doubted_at(), start + limit * SECOND);
            silence.end(start + 10 * SECOND);
            assert_eq!(silence.doubted_at(), start + (10 + limit) * SECOND);
        }
    }
}
