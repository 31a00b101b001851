//! Waiting for a backend that cannot be reached for now.

use std::time::Duration;

use tokio::time::sleep;
use tracing::warn;

use crate::error::Error;

/// Long enough for a broker to come back, short enough not to be noticed.
const PAUSE: Duration = Duration::from_millis(500);

/// Does something until it works or fails for good. Whoever calls this limits the time.
///
/// # Errors
/// What failed for good.
pub async fn patiently<T>(mut work: impl AsyncFnMut() -> Result<T, Error>) -> Result<T, Error> {
    loop {
        match work().await {
            Err(error) if error.is_temporary() => {
                warn!(error = &error as &dyn std::error::Error, "trying again");
                sleep(PAUSE).await;
            }
            result => return result,
        }
    }
}
