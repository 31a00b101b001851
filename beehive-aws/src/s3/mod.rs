//! Key-value on S3, and bodies of events that are too large for a queue.

mod claim;
mod decoding;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod key_value;
mod listing;
mod multipart;
mod options;
mod parts;
mod place;
mod provision;
mod refusal;
mod url;
mod write;

pub use self::claim::{Claim, ClaimCheck};
pub use self::key_value::S3KeyValue;
pub use self::options::{DeleteMode, Encryption, S3Options};
