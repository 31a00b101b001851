//! Why a queue cannot be read now.

use beehive_core::queue::QueueName;
use beehive_core::{Error, ErrorKind, RetryClass};

/// Why a queue cannot be read now. The consumption goes on trying nevertheless.
#[derive(Debug)]
pub(super) struct Trouble {
    kind: ErrorKind,
    retry: RetryClass,
    text: String,
    /// Whether the receiver was told at once, which it is when waiting may be in vain.
    told: bool,
}

impl Trouble {
    pub(super) fn new(error: &Error) -> Self {
        Self {
            kind: error.kind(),
            retry: error.retry_class(),
            text: error.to_string(),
            told: false,
        }
    }

    /// Whether it is to be told without waiting for better times: once, when it may last.
    pub(super) fn is_news(&mut self) -> bool {
        self.retry != RetryClass::Temporary && !std::mem::replace(&mut self.told, true)
    }

    /// The same trouble again is no news.
    pub(super) fn after(mut self, earlier: Option<&Self>) -> Self {
        self.told = earlier.is_some_and(|earlier| earlier.told && earlier.kind == self.kind);
        self
    }

    pub(super) fn error(&self, queue: &QueueName) -> Error {
        let error = Error::new(self.kind, format!("it cannot be read now: {}", self.text));
        let error = match self.retry {
            RetryClass::Temporary => error.temporary(),
            _ => error.permanent(),
        };
        error.with_operation("receive").with_context("queue", queue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lasting_trouble_is_news_once_and_passing_trouble_never() {
        let passing = Error::new(ErrorKind::Temporary, "no connection");
        assert!(!Trouble::new(&passing).is_news());
        let lasting = Error::new(ErrorKind::NotFound, "no queue");
        let mut first = Trouble::new(&lasting);
        assert!(first.is_news());
        assert!(!first.is_news());
        let mut again = Trouble::new(&lasting).after(Some(&first));
        assert!(!again.is_news());
        let denied = Error::new(ErrorKind::Denied, "no permission");
        assert!(Trouble::new(&denied).after(Some(&again)).is_news());
        // It worked in between.
        assert!(Trouble::new(&lasting).after(None).is_news());
    }
}
