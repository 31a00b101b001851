//! How an operation ended, for the trace.

use std::fmt;

use beehive_core::Result;

/// Says of an operation that it was done, or of which kind its error is. The words of an error may
/// differ between two runs, its kind may not.
pub(super) struct Outcome<'a, T>(pub(super) &'a Result<T>);

impl<T> fmt::Display for Outcome<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Ok(_) => f.write_str("done"),
            Err(error) => write!(f, "{:?}", error.kind()),
        }
    }
}
