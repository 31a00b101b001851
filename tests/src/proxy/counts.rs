//! What went through a proxy.

use super::passage::Direction;

/// What went through a proxy until now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections that clients made.
    pub accepted: u64,
    /// Connections that are there now.
    pub open: u64,
    /// Bytes that clients sent.
    pub bytes_from_clients: u64,
    /// Bytes that the service sent.
    pub bytes_from_service: u64,
}

impl Counts {
    /// The bytes that came in on their way in this direction, passed on or not.
    pub fn bytes(&self, direction: Direction) -> u64 {
        match direction {
            Direction::ToService => self.bytes_from_clients,
            Direction::ToClient => self.bytes_from_service,
        }
    }

    pub(super) fn add_bytes(&mut self, direction: Direction, count: usize) {
        let bytes = match direction {
            Direction::ToService => &mut self.bytes_from_clients,
            Direction::ToClient => &mut self.bytes_from_service,
        };
        *bytes += u64::try_from(count).unwrap_or(u64::MAX);
    }
}
