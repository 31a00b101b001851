//! Mends what the driver cannot stand before it sees it.
//!
//! A message is read by the driver long before it is ours, and one that the driver cannot read ends
//! the whole connection, every time it is delivered; one whose headers are nested deep enough ends
//! the process. The broker checks neither. So the bytes that come are cut into frames here, and of
//! the few frames that carry what publishers wrote, whatever is to be feared is written over, in
//! place: no length changes, and the body is never touched.

mod frames;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod payload;
mod reactor;
mod stream;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use self::payload::content_header;
pub(super) use self::reactor::runtime;
pub(super) use self::stream::MendedStream;
