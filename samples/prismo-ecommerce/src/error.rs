//! Why a command of the shop failed.

use beehive_core::hive::BuildError;

use crate::outside::OutsideError;

/// A command could not do its work. That an order ended wrong is no such error but a violation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The queue or a store failed, or was put together wrongly.
    #[error(transparent)]
    Backend(#[from] beehive_core::Error),
    /// An outside system failed.
    #[error(transparent)]
    Outside(#[from] OutsideError),
    /// Nothing can be printed.
    #[error("cannot print")]
    Print(#[from] std::io::Error),
}

impl Error {
    /// Whether the same may succeed later.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Backend(error) => error.is_temporary(),
            Self::Outside(error) => matches!(error, OutsideError::Unreachable { .. }),
            Self::Print(_) => false,
        }
    }
}

impl From<BuildError> for Error {
    fn from(error: BuildError) -> Self {
        Self::Backend(error.into())
    }
}
