//! Recovery: what is tried again, when, and when it is given up.

mod backoff;
mod policy;

pub use self::backoff::Backoff;
pub use self::policy::{Retry, RetryPolicy};
