//! Schedules: events that come by the clock.

mod interval;
mod pulser;

pub use self::interval::{Growth, Interval};
pub use self::pulser::{Pulse, Pulser, PulserDescriptor, PulserRegistration};
pub(crate) use self::pulser::{PulserLoop, discovered_pulsers};
