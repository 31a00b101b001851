//! Backends of queues.

use beehive_core::conformance::queue::QueueFixture;
use beehive_tests::conformance::Suite;

/// Every backend whose queues need a service.
pub(crate) fn suites() -> Vec<Suite<QueueFixture>> {
    Vec::new()
}
