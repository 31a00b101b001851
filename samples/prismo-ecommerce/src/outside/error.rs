//! What can go wrong with an outside system.

use std::error::Error;

/// An outside system did not answer as it should. Asking again, under the same key, is always safe.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutsideError {
    /// The system cannot be reached; whether it heard the request is unknown.
    #[error("cannot reach the {system}")]
    Unreachable {
        /// Which system.
        system: &'static str,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// What a ledger holds under a key is not what belongs into that book.
    #[error("the ledger of {book} holds something else under `{key}`")]
    Malformed {
        /// Which book.
        book: &'static str,
        /// Under which key.
        key: String,
        /// What does not fit.
        source: serde_json::Error,
    },
}
