//! What goes wrong with a service that a test uses.

use std::fmt;

/// What comes of starting, breaking or asking a service.
pub type Result<T, E = ServiceError> = std::result::Result<T, E>;

/// A service did not do what a test asked of it; says what was asked and what the service wrote.
pub struct ServiceError(String);

impl ServiceError {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ServiceError {}
