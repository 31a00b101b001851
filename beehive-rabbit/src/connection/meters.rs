//! What a supervisor tells the monitoring.

use metrics::{Counter, Gauge, counter, gauge};

/// What a supervisor tells the monitoring, by what the connection is for.
///
/// Gauges move by one, so that several connections for the same thing add up.
pub(super) struct Meters {
    connected: Gauge,
    blocked: Gauge,
    reconnects: Counter,
}

impl Meters {
    pub(super) fn new(role: &'static str) -> Self {
        Self {
            connected: gauge!("beehive_rabbit_connections", "role" => role),
            blocked: gauge!("beehive_rabbit_connections_blocked", "role" => role),
            reconnects: counter!("beehive_rabbit_reconnects_total", "role" => role),
        }
    }

    /// There is a connection, as long as what is returned lives.
    pub(super) fn connected(&self) -> Raised<'_> {
        Raised::new(&self.connected)
    }

    /// The connection is blocked, as long as what is returned lives.
    pub(super) fn blocked(&self) -> Raised<'_> {
        Raised::new(&self.blocked)
    }

    pub(super) fn reconnected(&self) {
        self.reconnects.increment(1);
    }
}

/// One more in a gauge, until it is dropped.
pub(super) struct Raised<'a>(&'a Gauge);

impl<'a> Raised<'a> {
    fn new(gauge: &'a Gauge) -> Self {
        gauge.increment(1);
        Self(gauge)
    }
}

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}
