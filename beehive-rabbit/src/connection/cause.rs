//! Why there is no connection.

use std::error::Error as StdError;
use std::sync::Arc;
use std::{fmt, io};

use beehive_core::{Error, ErrorKind, RetryClass};

use super::Obstacle;
use crate::error::{Classified, classify};

/// Why there is no connection: kept, and told to everyone who asks for one.
#[derive(Clone, Debug)]
pub(super) struct Cause {
    what: Classified,
    context: Vec<(&'static str, String)>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Cause {
    /// What the driver reports.
    pub(super) fn of(error: lapin::Error) -> Self {
        Self {
            what: classify(&error),
            context: Vec::new(),
            source: Some(Arc::new(error)),
        }
    }

    /// What the driver reports of a connection that is not open yet; `doubt` is why the broker
    /// probably ended it, if it did so without a word.
    pub(super) fn of_handshake(error: lapin::Error, doubt: Option<&'static str>) -> Self {
        let mut cause = Self::of(error);
        let without_a_word = classify(&io::Error::from(io::ErrorKind::ConnectionAborted).into());
        if cause.what == without_a_word {
            cause.what = match doubt {
                Some(doubt) => Classified::new(ErrorKind::Denied, doubt),
                None => Classified::new(
                    ErrorKind::Temporary,
                    "the broker ended the connection before it was open; see its log, and check \
                     the port (5672, or 5671 with amqps://)",
                ),
            };
        }
        cause
    }

    /// The credentials cannot be had.
    pub(super) fn of_provider(error: Error) -> Self {
        Self {
            what: Classified {
                kind: error.kind(),
                retry: error.retry_class(),
                message: "the provider has no credentials".into(),
                said: None,
            },
            context: Vec::new(),
            source: Some(Arc::new(error)),
        }
    }

    /// Something that goes away.
    pub(super) fn temporary(message: &'static str) -> Self {
        Self {
            what: Classified::new(ErrorKind::Temporary, message),
            context: Vec::new(),
            source: None,
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.context.push((name, value.to_string()));
        self
    }

    /// Whether trying again is in vain until somebody changes something.
    pub(super) fn is_permanent(&self) -> bool {
        self.what.retry == RetryClass::Permanent
    }

    pub(super) fn error(&self) -> Error {
        let mut error = self.what.clone().error();
        for (name, value) in &self.context {
            error = error.with_context(name, value);
        }
        match &self.source {
            Some(source) => error.with_source(Arc::clone(source)),
            None => error,
        }
    }
}

impl From<Obstacle> for Cause {
    fn from(obstacle: Obstacle) -> Self {
        let (kind, message) = obstacle.classify();
        Self {
            what: Classified::new(kind, message),
            context: Vec::new(),
            source: Some(Arc::new(obstacle)),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error().fmt(f)
    }
}
