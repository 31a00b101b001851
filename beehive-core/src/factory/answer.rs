//! Waits for a backend, but not for ever, and survives its panics.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::sleep;

use super::in_time::in_time;
use crate::error::{Error, ErrorKind, Result};

/// What a backend answers, if it does so in time. No answer and a panic are errors of the kind
/// [`ErrorKind::Unexpected`], worth another try on a fresh connection.
pub(crate) async fn answer<T>(
    operation: &'static str,
    limit: Duration,
    work: impl Future<Output = Result<T>> + Unpin,
) -> Result<T> {
    let unexpected = |message: String| {
        Err(Error::new(ErrorKind::Unexpected, message)
            .temporary()
            .with_operation(operation))
    };
    let guarded = AssertUnwindSafe(work).catch_unwind();
    match in_time(guarded, || sleep(limit)).await {
        Some(Ok(result)) => result,
        Some(Err(panic)) => unexpected(format!("the backend panicked: {}", panic_message(&*panic))),
        None => unexpected(format!("the backend did not answer in time: {limit:?}")),
    }
}

/// What a panic said.
pub(super) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}
