//! Why a command of the shop failed.

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
    /// This backend is still to be written.
    #[error("the {0} backend is not there yet; use `--backend memory`")]
    NotYet(&'static str),
}
