//! The driver's errors as the core's: converted here, once.

use std::borrow::Cow;
use std::io;

use beehive_core::{Error, ErrorKind, RetryClass};
use lapin::protocol::{AMQPError, AMQPErrorKind, AMQPHardError, AMQPSoftError};

use crate::connection::Obstacle;

/// What the driver reports, as an error of this operation.
pub(crate) fn converted(operation: &'static str, error: lapin::Error) -> Error {
    classify(&error)
        .error()
        .with_operation(operation)
        .with_source(error)
}

/// The broker did not answer in time.
pub(crate) fn unanswered(operation: &'static str) -> Error {
    Error::new(ErrorKind::Temporary, "the broker did not answer in time").with_operation(operation)
}

/// What the driver reports, as far as somebody can act on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Classified {
    pub(crate) kind: ErrorKind,
    pub(crate) retry: RetryClass,
    pub(crate) message: Cow<'static, str>,
    /// The broker's own words. They name queues, users and virtual hosts, and never a password,
    /// which the broker is not told of again.
    pub(crate) said: Option<String>,
}

impl Classified {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        let retry = if kind == ErrorKind::Temporary {
            RetryClass::Temporary
        } else {
            RetryClass::Permanent
        };
        Self {
            kind,
            retry,
            message: message.into(),
            said: None,
        }
    }

    fn temporary(mut self) -> Self {
        self.retry = RetryClass::Temporary;
        self
    }

    pub(crate) fn error(self) -> Error {
        let error = Error::new(self.kind, self.message);
        let error = match self.retry {
            RetryClass::Temporary => error.temporary(),
            _ => error.permanent(),
        };
        match self.said {
            Some(said) => error.with_context("broker", said),
            None => error,
        }
    }
}

/// What kind of error it is, and what to do about it.
pub(crate) fn classify(error: &lapin::Error) -> Classified {
    use lapin::ErrorKind as Kind;
    let new = Classified::new;
    match error.kind() {
        Kind::ProtocolError(error) => said_by_broker(error),
        Kind::IOError(error) | Kind::RuntimeShutdownError(error) => input_output(error),
        Kind::ChannelsLimitReached => new(
            ErrorKind::Limit,
            "the broker allows no more channels on this connection; raise its channel_max",
        )
        .temporary(),
        Kind::MissingHeartbeatError => new(
            ErrorKind::Temporary,
            "the broker gave no sign of life for two heartbeats; check the network between",
        ),
        Kind::InvalidProtocolVersion(_) | Kind::ParsingError(_) => new(
            ErrorKind::Configuration,
            "what answers is no broker that speaks AMQP 0-9-1; check the port, and write amqps:// \
             if it is the one for TLS",
        ),
        Kind::AuthProviderError(_) => new(
            ErrorKind::Denied,
            "the broker asks for more than user and password; check auth_mechanism in the URL",
        ),
        Kind::SerialisationError(_) => new(
            ErrorKind::Invalid,
            "it does not fit into a frame of the protocol; a name may be longer than 255 bytes",
        ),
        Kind::FutureCompleted | Kind::NoDefaultRuntime => {
            new(ErrorKind::Unexpected, "the driver is used wrongly")
        }
        _ => new(
            ErrorKind::Temporary,
            "the connection or the channel to the broker is lost",
        ),
    }
}

/// What the broker itself says.
fn said_by_broker(error: &AMQPError) -> Classified {
    let text = error.get_message().as_str();
    let (kind, message) = match error.kind() {
        AMQPErrorKind::Soft(soft) => soft_error(soft, text),
        AMQPErrorKind::Hard(hard) => hard_error(hard, text),
    };
    let mut classified = Classified::new(kind, message);
    if kind == ErrorKind::Limit {
        classified = classified.temporary();
    }
    classified.said = Some(text.to_owned());
    classified
}

/// Errors that close a channel, or that refuse to log in.
fn soft_error(error: &AMQPSoftError, text: &str) -> (ErrorKind, &'static str) {
    match error {
        AMQPSoftError::NOTFOUND => (ErrorKind::NotFound, "there is no such exchange or queue"),
        AMQPSoftError::ACCESSREFUSED if text.contains("Login was refused") => (
            ErrorKind::Denied,
            "the broker refuses user or password; check both (guest may log in from the broker's \
             own machine only)",
        ),
        AMQPSoftError::ACCESSREFUSED => (
            ErrorKind::Denied,
            "the user lacks the permission that the broker names; see rabbitmqctl set_permissions",
        ),
        AMQPSoftError::PRECONDITIONFAILED if text.contains("inequivalent arg") => (
            ErrorKind::Conflict,
            "it exists with other arguments; delete it, or configure what it was declared with",
        ),
        AMQPSoftError::PRECONDITIONFAILED if text.contains("larger than") => (
            ErrorKind::Limit,
            "the event is larger than the broker's max_message_size",
        ),
        AMQPSoftError::PRECONDITIONFAILED => (
            ErrorKind::Conflict,
            "the broker says that a precondition failed",
        ),
        AMQPSoftError::RESOURCELOCKED => (
            ErrorKind::Temporary,
            "somebody else uses the queue exclusively",
        ),
        AMQPSoftError::CONTENTTOOLARGE => {
            (ErrorKind::Limit, "the event is too large for the broker")
        }
        AMQPSoftError::NOROUTE | AMQPSoftError::NOCONSUMERS => {
            (ErrorKind::NotFound, "nobody is there to receive it")
        }
    }
}

/// Errors that close the connection.
fn hard_error(error: &AMQPHardError, text: &str) -> (ErrorKind, &'static str) {
    match error {
        AMQPHardError::NOTALLOWED if text.contains("limit") => (
            ErrorKind::Limit,
            "the broker allows no more connections or channels of this user or virtual host",
        ),
        AMQPHardError::NOTALLOWED if text.contains("not found") => (
            ErrorKind::Configuration,
            "there is no such virtual host; check the path of the URL, or create it with \
             rabbitmqctl add_vhost",
        ),
        AMQPHardError::INVALIDPATH => (
            ErrorKind::Configuration,
            "there is no such virtual host; check the path of the URL",
        ),
        AMQPHardError::NOTALLOWED if text.contains("vhost") => (
            ErrorKind::Denied,
            "the user may not use this virtual host; see rabbitmqctl set_permissions",
        ),
        AMQPHardError::NOTALLOWED => (ErrorKind::Denied, "the broker does not allow it"),
        AMQPHardError::CONNECTIONFORCED => (
            ErrorKind::Temporary,
            "the broker closed the connection; it shuts down, or an operator did it",
        ),
        AMQPHardError::RESOURCEERROR => (
            ErrorKind::Temporary,
            "the broker lacks what it needs for it; see its log",
        ),
        AMQPHardError::INTERNALERROR => (
            ErrorKind::Temporary,
            "the broker failed inside; see its log",
        ),
        AMQPHardError::NOTIMPLEMENTED => (ErrorKind::Unsupported, "this broker cannot do it"),
        AMQPHardError::FRAMEERROR
        | AMQPHardError::SYNTAXERROR
        | AMQPHardError::COMMANDINVALID
        | AMQPHardError::CHANNELERROR
        | AMQPHardError::UNEXPECTEDFRAME => (
            ErrorKind::Unexpected,
            "the broker does not understand the driver; see its log",
        ),
    }
}

/// What the network says, or we on the way there.
fn input_output(error: &io::Error) -> Classified {
    let inner = error.get_ref();
    if let Some(obstacle) = inner.and_then(|inner| inner.downcast_ref::<Obstacle>()) {
        let (kind, message) = obstacle.classify();
        return Classified::new(kind, message);
    }
    #[cfg(feature = "tls")]
    if crate::connection::tls::is_fault(error) {
        let (kind, message) = crate::connection::tls::classify(error);
        return Classified::new(kind, message);
    }
    Classified::new(
        ErrorKind::Temporary,
        "the connection to the broker broke; check the broker and the network between",
    )
}
