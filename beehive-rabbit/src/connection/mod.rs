//! Connections to the broker, kept up by supervisors of our own.

mod cause;
mod dial;
mod link;
mod links;
mod live;
mod mending;
mod meters;
mod muted;
mod obstacle;
mod pauses;
mod road;
mod seats;
mod socket;
mod state;
mod supervisor;
#[cfg(feature = "tls")]
pub(crate) mod tls;

pub(crate) use self::link::Link;
pub(crate) use self::links::Links;
pub(crate) use self::live::Live;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use self::mending::content_header;
#[cfg(feature = "fuzzing")]
pub(crate) use self::mending::fuzz;
use self::obstacle::Obstacle;
