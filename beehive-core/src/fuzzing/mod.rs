//! What must hold of everything that reads bytes from outside, whatever they are. Not for use by hand.
//!
//! Each function takes bytes as they may come and panics when a promise is broken. They are run by
//! the fuzzer in `tests/fuzz`, which looks for such bytes, and by a test on all that it was once
//! given. `docs/fuzzing.md` says how.

#![allow(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "these are tests, though not called so"
)]

mod cloudevent;
mod cursors;
mod event_body;
mod form;
mod names;
mod overrides;
mod record;

pub use self::cloudevent::cloudevent;
pub use self::cursors::memory_cursor;
pub use self::event_body::event_body;
pub use self::form::Form;
pub use self::names::{event_id, queue_name, traceparent};
pub use self::overrides::actor_override;
pub use self::record::dead_letter_record;

/// What must hold, by the name of its target.
pub type Target = (&'static str, fn(&[u8]));

/// All of this crate.
pub const TARGETS: &[Target] = &[
    ("actor_override", actor_override),
    ("cloudevent", cloudevent),
    ("dead_letter_record", dead_letter_record),
    ("event_body", event_body),
    ("event_id", event_id),
    ("memory_cursor", memory_cursor),
    ("queue_name", queue_name),
    ("traceparent", traceparent),
];
