//! What the publisher counts.

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use super::Verdict;

/// The meters of one publisher.
#[derive(Debug)]
pub(super) struct Meters {
    published: Counter,
    unrouted: Counter,
    failed: Counter,
    window: Histogram,
    in_flight: Gauge,
}

impl Meters {
    pub(super) fn new() -> Self {
        Self {
            published: counter!("beehive_rabbit_published_total"),
            unrouted: counter!("beehive_rabbit_unrouted_total"),
            failed: counter!("beehive_rabbit_publish_failed_total"),
            window: histogram!("beehive_rabbit_publish_window"),
            in_flight: gauge!("beehive_rabbit_publish_in_flight"),
        }
    }

    /// A window goes out; it is in flight until the guard is dropped, also by cancellation.
    pub(super) fn sent(&self, count: usize) -> InFlight<'_> {
        #[expect(clippy::cast_precision_loss, reason = "a window is small")]
        let count = count as f64;
        self.window.record(count);
        self.in_flight.increment(count);
        InFlight {
            gauge: &self.in_flight,
            count,
        }
    }

    pub(super) fn judged(&self, verdicts: &[Verdict]) {
        let (mut published, mut unrouted, mut failed) = (0, 0, 0);
        for verdict in verdicts {
            match verdict {
                Verdict::Confirmed => published += 1,
                Verdict::Unrouted => unrouted += 1,
                Verdict::NoExchange | Verdict::Failed(_) => failed += 1,
            }
        }
        for (counter, count) in [
            (&self.published, published),
            (&self.unrouted, unrouted),
            (&self.failed, failed),
        ] {
            if count > 0 {
                counter.increment(count);
            }
        }
    }
}

/// A window that is in flight.
#[derive(Debug)]
pub(super) struct InFlight<'a> {
    gauge: &'a Gauge,
    count: f64,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.gauge.decrement(self.count);
    }
}
