//! The hop: receive an event, process it, publish what follows and have it confirmed, settle it.

use beehive_rabbit::QueueType;

/// A hop, and how many events make it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hop {
    /// How queues are stored.
    pub(super) queue_type: QueueType,
    /// How many events are worked on at one time.
    pub(super) in_flight: u16,
    /// How long an event's body is, in bytes.
    pub(super) body: usize,
    /// How many events follow from each.
    pub(super) follow_ups: u16,
    /// How many events make the hop.
    pub(super) events: u64,
}

impl Hop {
    /// The usual one: 64 in flight, 256 bytes, one follow-up.
    pub(super) fn new(queue_type: QueueType, events: u64) -> Self {
        Self {
            queue_type,
            in_flight: 64,
            body: 256,
            follow_ups: 1,
            events,
        }
    }
}
