//! The driver's errors as the core's: converted here, once.

use beehive_core::{Error, ErrorKind};
use lapin::protocol::{AMQPErrorKind, AMQPHardError, AMQPSoftError};

/// What the driver reports, as an error of this operation.
pub(crate) fn converted(operation: &'static str, error: lapin::Error) -> Error {
    let (kind, message) = classify(&error);
    Error::new(kind, message)
        .with_operation(operation)
        .with_source(error)
}

/// What kind of error it is, and what to do about it.
fn classify(error: &lapin::Error) -> (ErrorKind, &'static str) {
    let lapin::ErrorKind::ProtocolError(error) = error.kind() else {
        return (ErrorKind::Temporary, "the connection to the broker is lost");
    };
    match error.kind() {
        AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND) => {
            (ErrorKind::NotFound, "there is no such exchange or queue")
        }
        AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED)
        | AMQPErrorKind::Hard(AMQPHardError::NOTALLOWED) => {
            (ErrorKind::Denied, "the broker refuses it to this user")
        }
        AMQPErrorKind::Soft(AMQPSoftError::PRECONDITIONFAILED) => (
            ErrorKind::Conflict,
            "the broker says that a precondition failed",
        ),
        _ => (
            ErrorKind::Temporary,
            "the broker closed the channel or the connection",
        ),
    }
}

/// The broker did not answer in time.
pub(crate) fn unanswered(operation: &'static str) -> Error {
    Error::new(ErrorKind::Temporary, "the broker did not answer in time").with_operation(operation)
}
