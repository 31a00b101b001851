//! The one error of the crate: what kind it is, whether trying again can help, and where it happened.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

/// A boxed error from elsewhere, kept as the source of an [`Error`].
pub type BoxError = Box<dyn StdError + Send + Sync + 'static>;

/// The result of everything in beehive that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, as far as a caller can act on it.
///
/// Callers branch on the kind, never on the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The queue, key, entity or dead letter does not exist.
    NotFound,
    /// A write with [`Precondition::Absent`](crate::store::Precondition::Absent) met an existing item.
    AlreadyExists,
    /// A write lost a race: the item is no longer the one the caller had read.
    Conflict,
    /// The backend cannot do this; nothing happened.
    Unsupported,
    /// A limit on size, count or time would be exceeded; nothing happened.
    Limit,
    /// The backend or the network failed for now. Whether the operation took effect is unknown.
    Temporary,
    /// The lease expired or was taken over; the event may already be with another worker.
    LeaseLost,
    /// An event, or its body, cannot be read. Trying again cannot help.
    Undecodable,
    /// An event is of a type that its reader does not know, such as one of a version yet to come. The
    /// same reader will not know it later; another may.
    UnknownType,
    /// An argument or stored content does not follow its rules.
    Invalid,
    /// The program was put together wrongly; found before anything runs.
    Configuration,
    /// The backend refused for lack of permission or valid credentials.
    Denied,
    /// A bug, in beehive or in a backend.
    Unexpected,
}

impl ErrorKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not found",
            Self::AlreadyExists => "already exists",
            Self::Conflict => "conflict",
            Self::Unsupported => "unsupported",
            Self::Limit => "limit exceeded",
            Self::Temporary => "temporary failure",
            Self::LeaseLost => "lease lost",
            Self::Undecodable => "undecodable",
            Self::UnknownType => "unknown type",
            Self::Invalid => "invalid",
            Self::Configuration => "configuration",
            Self::Denied => "denied",
            Self::Unexpected => "unexpected",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether the same call can succeed later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryClass {
    /// The same call will fail again.
    Permanent,
    /// The same call may succeed later. It may also have taken effect already.
    Temporary,
}

/// Why an operation failed.
///
/// Prints as one line: operation, kind, message, context. The cause is its
/// [`source`](StdError::source).
///
/// ```
/// use beehive_core::{Error, ErrorKind, RetryClass};
///
/// let error = Error::new(ErrorKind::LeaseLost, "the lease expired before commit")
///     .with_operation("commit")
///     .with_context("queue", "OrderAccepted-Payment");
/// assert_eq!(
///     error.to_string(),
///     "commit: lease lost: the lease expired before commit (queue: OrderAccepted-Payment)"
/// );
/// assert_eq!(error.retry_class(), RetryClass::Permanent);
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    retry: RetryClass,
    operation: Option<&'static str>,
    message: Cow<'static, str>,
    context: Vec<(&'static str, String)>,
    source: Option<BoxError>,
}

impl Error {
    /// An error of this kind; [`ErrorKind::Temporary`] may be tried again, all others may not.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        let retry = if kind == ErrorKind::Temporary {
            RetryClass::Temporary
        } else {
            RetryClass::Permanent
        };
        Self(Box::new(Inner {
            kind,
            retry,
            operation: None,
            message: message.into(),
            context: Vec::new(),
            source: None,
        }))
    }

    /// An [`ErrorKind::Unsupported`] error for an operation that a backend cannot do.
    #[must_use]
    pub fn unsupported(operation: &'static str) -> Self {
        Self::new(ErrorKind::Unsupported, "this backend cannot do it").with_operation(operation)
    }

    /// Names the operation that failed, as a verb.
    #[must_use]
    pub fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation = Some(operation);
        self
    }

    /// Adds a fact that helps to find the place: a queue, a key, an event id. Never a secret.
    #[must_use]
    pub fn with_context(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.0.context.push((name, value.to_string()));
        self
    }

    /// Keeps the error that caused this one.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Says that the same call may succeed later.
    #[must_use]
    pub fn temporary(mut self) -> Self {
        self.0.retry = RetryClass::Temporary;
        self
    }

    /// Says that the same call will fail again.
    #[must_use]
    pub fn permanent(mut self) -> Self {
        self.0.retry = RetryClass::Permanent;
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the same call can succeed later.
    pub fn retry_class(&self) -> RetryClass {
        self.0.retry
    }

    /// Whether the same call may succeed later.
    pub fn is_temporary(&self) -> bool {
        self.0.retry == RetryClass::Temporary
    }

    /// The operation that failed, where it is known.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The facts added on the way up, in that order.
    pub fn context(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0
            .context
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "{operation}: ")?;
        }
        write!(f, "{}: {}", self.0.kind, self.0.message)?;
        for (position, (name, value)) in self.0.context.iter().enumerate() {
            let open = if position == 0 { " (" } else { ", " };
            write!(f, "{open}{name}: {value}")?;
        }
        if !self.0.context.is_empty() {
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} [{:?}]", self.0.retry)?;
        for cause in chain(self).skip(1) {
            write!(f, "\n  caused by: {cause}")?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

/// An error and its causes, outermost first; bounded, since a source chain may be a loop.
pub(crate) fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    /// Deeper chains than this are not read by anyone.
    const CAUSES_MAX: usize = 32;
    std::iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| {
        (**error).source()
    })
    .take(CAUSES_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_error_may_be_tried_again_and_others_may_not() {
        assert!(Error::new(ErrorKind::Temporary, "x").is_temporary());
        assert!(!Error::new(ErrorKind::Conflict, "x").is_temporary());
        assert!(
            Error::new(ErrorKind::Denied, "x")
                .temporary()
                .is_temporary()
        );
    }

    #[test]
    fn debug_shows_every_cause() {
        let error = Error::new(ErrorKind::Unexpected, "outer")
            .with_source(Error::new(ErrorKind::Invalid, "inner").with_source("innermost"));
        let report = format!("{error:?}");
        assert!(report.contains("caused by: invalid: inner"), "{report}");
        assert!(report.contains("caused by: innermost"), "{report}");
    }
}
