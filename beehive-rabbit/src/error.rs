//! The driver's errors as the core's: converted here, once.

use std::borrow::Cow;
use std::io;

use beehive_core::{Error, ErrorKind, RetryClass};
use lapin::protocol::{AMQPError, AMQPErrorKind, AMQPHardError, AMQPSoftError};

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
    // Others may leave; an event gets no smaller.
    if kind == ErrorKind::Limit && matches!(error.kind(), AMQPErrorKind::Hard(_)) {
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
            "the user lacks a permission for what the broker names; see rabbitmqctl set_permissions",
        ),
        AMQPSoftError::PRECONDITIONFAILED if text.contains("inequivalent arg") => (
            ErrorKind::Conflict,
            "it exists with other arguments; delete it, or configure what it was declared with",
        ),
        AMQPSoftError::PRECONDITIONFAILED if text.contains("larger than") => (
            ErrorKind::Limit,
            "the event is larger than the broker's max_message_size",
        ),
        AMQPSoftError::PRECONDITIONFAILED if text.contains("timed out") => (
            ErrorKind::Temporary,
            "an event was held for longer than the broker's consumer_timeout; let its actor be \
             faster, or raise it there and with with_consumer_timeout",
        ),
        AMQPSoftError::PRECONDITIONFAILED if text.contains("unknown delivery tag") => (
            ErrorKind::LeaseLost,
            "the broker does not know the delivery, or no longer",
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
        // Once the driver has agreed to the end of a channel, what it had queued for it is a mistake to
        // the broker: a method, or the rest of a message. Of those who were on their way on this
        // connection hardly anybody has to do with it.
        AMQPHardError::CHANNELERROR | AMQPHardError::UNEXPECTEDFRAME => (
            ErrorKind::Temporary,
            "the broker closed the connection, since a channel that it had just closed was still \
             written to; if it happens often, see its log for why it closes channels",
        ),
        AMQPHardError::NOTIMPLEMENTED => (ErrorKind::Unsupported, "this broker cannot do it"),
        AMQPHardError::FRAMEERROR | AMQPHardError::SYNTAXERROR | AMQPHardError::COMMANDINVALID => (
            ErrorKind::Unexpected,
            "the broker does not understand the driver; see its log",
        ),
    }
}

/// What the network says, or TLS above it.
fn input_output(error: &io::Error) -> Classified {
    #[cfg(feature = "tls")]
    if crate::connection::tls::is_fault(error) {
        let (kind, message) = crate::connection::tls::classify(error);
        return Classified::new(kind, message);
    }
    #[cfg(not(feature = "tls"))]
    let _ = error;
    Classified::new(
        ErrorKind::Temporary,
        "the connection to the broker broke; check the broker and the network between",
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lapin::protocol::AMQPErrorKind::{self, Hard, Soft};
    use lapin::{ConnectionState, ErrorKind as Kind};

    use super::*;

    fn protocol(kind: AMQPErrorKind, text: &str) -> Kind {
        Kind::ProtocolError(AMQPError::new(kind, text.into()))
    }

    fn io(kind: io::ErrorKind) -> Kind {
        Kind::IOError(Arc::new(kind.into()))
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn each_error_has_a_kind_and_says_what_to_do() {
        use AMQPHardError as H;
        use AMQPSoftError as S;
        use ErrorKind::{
            Configuration, Conflict, Denied, LeaseLost, Limit, NotFound, Temporary, Unexpected,
            Unsupported,
        };
        let refused = "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. \
                       For details see the broker logfile.";
        let permission = "ACCESS_REFUSED - configure access to queue 'q' in vhost 'v' refused for \
                          user 'u'";
        let different = "PRECONDITION_FAILED - inequivalent arg 'x-overflow' for queue 'q' in \
                         vhost '/': received none but current is the value 'reject-publish'";
        let large = "PRECONDITION_FAILED - message size 17 is larger than configured max size 16";
        let late = "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout \
                    value used: 60000 ms. This timeout value can be configured";
        let unknown = "PRECONDITION_FAILED - unknown delivery tag 7";
        let vhost = "NOT_ALLOWED - access to vhost 'v' refused for user 'u'";
        let full = "NOT_ALLOWED - access to vhost 'v' refused for user 'u': connection limit (1) \
                    is reached";
        // Both as RabbitMQ 3.10 says them of what comes after a channel's end.
        let closed = "CHANNEL_ERROR - expected 'channel.open'";
        let rest = "UNEXPECTED_FRAME - expected method frame, got non method frame instead";
        for (error, kind, words) in [
            (
                protocol(Soft(S::ACCESSREFUSED), refused),
                Denied,
                "user or password",
            ),
            (
                protocol(Soft(S::ACCESSREFUSED), permission),
                Denied,
                "set_permissions",
            ),
            (
                protocol(Soft(S::ACCESSREFUSED), permission),
                Denied,
                "configure access to queue 'q'",
            ),
            (
                protocol(Soft(S::NOTFOUND), "NOT_FOUND - no queue 'q'"),
                NotFound,
                "no queue 'q'",
            ),
            (
                protocol(Soft(S::PRECONDITIONFAILED), different),
                Conflict,
                "'x-overflow'",
            ),
            (
                protocol(Soft(S::PRECONDITIONFAILED), large),
                Limit,
                "max_message_size",
            ),
            (
                protocol(Soft(S::PRECONDITIONFAILED), late),
                Temporary,
                "consumer_timeout",
            ),
            (
                protocol(Soft(S::PRECONDITIONFAILED), unknown),
                LeaseLost,
                "does not know",
            ),
            (
                protocol(Soft(S::PRECONDITIONFAILED), "in use"),
                Conflict,
                "in use",
            ),
            (
                protocol(Soft(S::RESOURCELOCKED), "x"),
                Temporary,
                "exclusively",
            ),
            (protocol(Soft(S::CONTENTTOOLARGE), "x"), Limit, "too large"),
            (
                protocol(Hard(H::NOTALLOWED), "vhost v not found"),
                Configuration,
                "add_vhost",
            ),
            (protocol(Hard(H::NOTALLOWED), vhost), Denied, "virtual host"),
            (
                protocol(Hard(H::NOTALLOWED), full),
                Limit,
                "no more connections",
            ),
            (
                protocol(Hard(H::INVALIDPATH), "x"),
                Configuration,
                "virtual host",
            ),
            (
                protocol(Hard(H::CONNECTIONFORCED), "x"),
                Temporary,
                "operator",
            ),
            (protocol(Hard(H::RESOURCEERROR), "x"), Temporary, "log"),
            (protocol(Hard(H::INTERNALERROR), "x"), Temporary, "log"),
            (
                protocol(Hard(H::NOTIMPLEMENTED), "x"),
                Unsupported,
                "cannot",
            ),
            (protocol(Hard(H::FRAMEERROR), "x"), Unexpected, "log"),
            (protocol(Hard(H::CHANNELERROR), closed), Temporary, "often"),
            (protocol(Hard(H::UNEXPECTEDFRAME), rest), Temporary, "often"),
            (Kind::ChannelsLimitReached, Limit, "channel_max"),
            (Kind::MissingHeartbeatError, Temporary, "heartbeats"),
            (Kind::InvalidChannel(3), Temporary, "lost"),
            (
                Kind::InvalidConnectionState(ConnectionState::Closed),
                Temporary,
                "lost",
            ),
            (
                Kind::AuthProviderError("x".into()),
                Denied,
                "auth_mechanism",
            ),
            (Kind::FutureCompleted, Unexpected, "driver"),
            (io(io::ErrorKind::ConnectionReset), Temporary, "network"),
            (io(io::ErrorKind::ConnectionAborted), Temporary, "network"),
        ] {
            let error = converted("look", error.into());
            let text = error.to_string();
            assert_eq!(error.kind(), kind, "{text}");
            assert_eq!(error.operation(), Some("look"));
            assert!(text.contains(words), "{words}: {text}");
            let comes_again = kind == Temporary || text.contains("allows no more");
            assert_eq!(error.is_temporary(), comes_again, "{text}");
        }
    }

    #[test]
    fn an_answer_that_does_not_come_may_come_later() {
        assert!(unanswered("look").is_temporary());
    }
}
