//! What must hold of everything that reads bytes from outside, whatever they are. Not for use by hand.
//!
//! As in `beehive_core::fuzzing`.

#![allow(clippy::missing_panics_doc, reason = "to panic is what they are for")]

use beehive_core::fuzzing::Target;

/// All of this crate.
pub const TARGETS: &[Target] = &[
    ("rabbit_cursor", cursor),
    ("rabbit_frames", frames),
    ("rabbit_message", message),
    ("rabbit_properties", properties),
    ("rabbit_refusal", refusal),
    ("rabbit_settings", settings),
];

/// A cursor of a list of dead letters.
pub fn cursor(data: &[u8]) {
    crate::dead_letters::fuzz::cursor(data);
}

/// What comes from the broker, cut into frames.
pub fn frames(data: &[u8]) {
    crate::connection::fuzz::frames(data);
}

/// The properties of a message, before the driver sees them.
pub fn properties(data: &[u8]) {
    crate::connection::fuzz::properties(data);
}

/// A message as the broker delivers it.
pub fn message(data: &[u8]) {
    crate::codec::fuzz::message(data);
}

/// What the broker says when it refuses.
pub fn refusal(data: &[u8]) {
    crate::topology::fuzz::refusal(data);
}

/// The environment.
pub fn settings(data: &[u8]) {
    crate::config::fuzz::settings(data);
}
