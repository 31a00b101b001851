//! Waiting for what a service does in its own time.

use std::future::Future;
use std::time::Duration;

use libtest_mimic::Failed;
use tokio::time::{Instant, sleep};

/// How often it is looked whether something has happened.
const LOOK: Duration = Duration::from_millis(50);

/// Looks again and again until the answer is `Some`, at most for so long.
///
/// # Errors
/// It was still `None` at the end, or the look itself failed; `what` says what was waited for.
pub async fn eventually<T, F, E>(
    what: &str,
    within: Duration,
    mut look: impl FnMut() -> F + Send,
) -> Result<T, Failed>
where
    T: Send,
    E: Into<Failed> + Send,
    F: Future<Output = Result<Option<T>, E>> + Send,
{
    let end = Instant::now() + within;
    loop {
        if let Some(answer) = look().await.map_err(Into::into)? {
            return Ok(answer);
        }
        if Instant::now() >= end {
            return Err(format!("{what} did not happen within {within:?}").into());
        }
        sleep(LOOK).await;
    }
}
