//! How an actor says that it failed.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::error::{BoxError, Error, ErrorKind, chain};
use crate::event::Event;

/// What is to be done about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureClass {
    /// Try again, as the retry policy says.
    Retry,
    /// Try again, after this delay. It counts as an attempt.
    RetryAfter(Duration),
    /// Trying again cannot help; to the dead letters at once.
    Terminal,
    /// The event cannot be read; to the dead letters at once.
    Undecodable,
    /// The event is of a type that the actor does not know; to the dead letters at once.
    UnknownType,
}

/// Why an actor failed, and whether to try again.
///
/// Every `std::error::Error` becomes one through `?`, and is tried again. Only an event that cannot
/// be read ([`ErrorKind::Undecodable`], anywhere among the causes) or is of a type that its reader
/// does not know ([`ErrorKind::UnknownType`]) is not.
///
/// ```
/// use std::time::Duration;
/// use beehive_core::prelude::*;
/// use beehive_core::actor::FailureClass;
///
/// fn pay() -> Result<(), ActorError> {
///     let amount: u64 = "12".parse()?;
///     if amount == 0 {
///         return Err(ActorError::terminal("there is nothing to pay"));
///     }
///     Err(ActorError::retry_after("the bank is closed", Duration::from_secs(3600)))
/// }
///
/// assert_eq!(pay().unwrap_err().class(), FailureClass::RetryAfter(Duration::from_secs(3600)));
/// ```
///
/// Like `anyhow::Error` it is not itself a `std::error::Error`, so that any such error converts.
pub struct ActorError {
    class: FailureClass,
    error: BoxError,
}

impl ActorError {
    /// A failure to try again, as the retry policy says.
    #[must_use]
    pub fn retry(error: impl Into<BoxError>) -> Self {
        Self {
            class: FailureClass::Retry,
            error: error.into(),
        }
    }

    /// A failure to try again after this delay.
    #[must_use]
    pub fn retry_after(error: impl Into<BoxError>, delay: Duration) -> Self {
        Self {
            class: FailureClass::RetryAfter(delay),
            error: error.into(),
        }
    }

    /// A failure that trying again cannot help; the event goes to the dead letters at once.
    #[must_use]
    pub fn terminal(error: impl Into<BoxError>) -> Self {
        Self {
            class: FailureClass::Terminal,
            error: error.into(),
        }
    }

    /// The actor does not know events of this type, such as one that a newer version announces; the
    /// event goes to the dead letters at once, from where it can be redriven to an actor that does.
    ///
    /// ```
    /// use beehive_core::actor::FailureClass;
    /// use beehive_core::prelude::*;
    ///
    /// fn read(event: &Event) -> Result<u64, ActorError> {
    ///     match event.event_type() {
    ///         "Deposited" | "Withdrawn" => Ok(event.body()?),
    ///         _ => Err(ActorError::unknown_type(event)),
    ///     }
    /// }
    ///
    /// let event = Event::json("Frozen", &1)?;
    /// assert_eq!(read(&event).unwrap_err().class(), FailureClass::UnknownType);
    /// # Ok::<(), beehive_core::Error>(())
    /// ```
    #[must_use]
    pub fn unknown_type(event: &Event) -> Self {
        event.unknown_type().into()
    }

    /// What is to be done about it.
    pub fn class(&self) -> FailureClass {
        self.class
    }

    /// The error itself.
    pub fn error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &*self.error
    }

    /// The error and its causes, outermost first, one line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        chain(&*self.error).map(ToString::to_string).collect()
    }

    pub(crate) fn into_parts(self) -> (FailureClass, BoxError) {
        (self.class, self.error)
    }

    pub(crate) fn from_parts(class: FailureClass, error: BoxError) -> Self {
        Self { class, error }
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for ActorError {
    fn from(error: E) -> Self {
        let class = chain(&error).find_map(|cause| match cause.downcast_ref::<Error>()?.kind() {
            ErrorKind::Undecodable => Some(FailureClass::Undecodable),
            ErrorKind::UnknownType => Some(FailureClass::UnknownType),
            _ => None,
        });
        Self {
            class: class.unwrap_or(FailureClass::Retry),
            error: Box::new(error),
        }
    }
}

impl fmt::Display for ActorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl fmt::Debug for ActorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{:?}] {:?}", self.class, self.error)
    }
}

/// Says of any result how its error is to be treated.
///
/// ```
/// use beehive_core::prelude::*;
///
/// fn amount(text: &str) -> Result<u64, ActorError> {
///     Ok(text.parse().terminal()?)
/// }
/// # assert!(amount("x").is_err());
/// ```
pub trait ResultExt<T> {
    /// Trying again cannot help.
    ///
    /// # Errors
    /// The error, as a terminal one.
    fn terminal(self) -> Result<T, ActorError>;

    /// Try again after this delay.
    ///
    /// # Errors
    /// The error, to be retried later.
    fn retry_after(self, delay: Duration) -> Result<T, ActorError>;
}

impl<T, E: Into<BoxError>> ResultExt<T> for Result<T, E> {
    fn terminal(self) -> Result<T, ActorError> {
        self.map_err(ActorError::terminal)
    }

    fn retry_after(self, delay: Duration) -> Result<T, ActorError> {
        self.map_err(|error| ActorError::retry_after(error, delay))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("wrapped")]
    struct Wrapped(#[from] Error);

    #[test]
    fn an_unreadable_event_is_recognised_among_the_causes() {
        let cases: [(ActorError, FailureClass); 6] = [
            (fmt::Error.into(), FailureClass::Retry),
            (
                Error::new(ErrorKind::Temporary, "x").into(),
                FailureClass::Retry,
            ),
            (
                Error::new(ErrorKind::Undecodable, "x").into(),
                FailureClass::Undecodable,
            ),
            (
                Wrapped(Error::new(ErrorKind::Undecodable, "x")).into(),
                FailureClass::Undecodable,
            ),
            (
                Wrapped(Error::new(ErrorKind::UnknownType, "x")).into(),
                FailureClass::UnknownType,
            ),
            (
                // The outermost knows more than its cause.
                Error::new(ErrorKind::UnknownType, "x")
                    .with_source(Error::new(ErrorKind::Undecodable, "y"))
                    .into(),
                FailureClass::UnknownType,
            ),
        ];
        for (error, class) in cases {
            assert_eq!(error.class(), class, "{error:?}");
        }
    }
}
