//! What generated code needs beside the public interface. Not for use by hand.

use std::num::NonZeroUsize;
pub use std::sync::Arc;

pub use async_trait::async_trait;
pub use inventory;

use crate::queue::QueueName;

/// What the field named by `#[event(subject = …)]` can be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the subject of an event: it has no text",
    note = "implement `std::fmt::Display` for `{Self}`, name another field, or implement `EventBody` by hand"
)]
pub trait SubjectText {
    /// The subject.
    fn subject_text(&self) -> String;
}

// The compiler would otherwise explain the conversion instead of what to do.
#[diagnostic::do_not_recommend]
impl<T: std::fmt::Display + ?Sized> SubjectText for T {
    fn subject_text(&self) -> String {
        self.to_string()
    }
}

/// A name that the macro has checked.
///
/// # Panics
/// If it is not a queue's name after all, which is a bug in the macro.
pub fn queue_name(text: &'static str) -> QueueName {
    match QueueName::parse(text) {
        Ok(name) => name,
        Err(error) => panic!("`#[actor]` let a name pass that is none: {error}"),
    }
}

/// A number that the macro has checked.
///
/// # Panics
/// If it is zero after all, which is a bug in the macro.
pub const fn non_zero(number: usize) -> NonZeroUsize {
    match NonZeroUsize::new(number) {
        Some(number) => number,
        None => panic!("`#[actor]` let a zero pass"),
    }
}
