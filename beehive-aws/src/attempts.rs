//! Calls of AWS: made again where that can help, and never without knowing what it may repeat.

use std::error::Error as StdError;
use std::future::Future;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use beehive_core::recovery::Backoff;
use beehive_core::{Error, ErrorKind};
use tokio::time::{Instant, sleep};

use crate::error::{Fault, Verdict};

/// How often a call is made at most: with the pauses below, some seconds of trouble pass unnoticed.
/// Longer trouble is for who called, since there events wait and nobody's lease runs out.
const ATTEMPTS_MAX: u32 = 8;
/// The first pause: longer than a throttled partition needs to get room for one more.
const PAUSE_BASE: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// Which attempts may be followed by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Any: twice is as good as once, or is noticed.
    Always,
    /// Any but those that lost a race with another write: what they completed is void then.
    #[cfg_attr(
        not(feature = "s3"),
        allow(dead_code, reason = "only what is written in parts is completed")
    )]
    UnlessRaced,
    /// Only those that had no effect: twice would be too often.
    #[cfg_attr(
        not(feature = "dynamo"),
        allow(dead_code, reason = "all that S3 is asked may be asked twice")
    )]
    IfNotApplied,
}

/// Makes calls, for so long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempts {
    operation: Duration,
}

/// A call that failed for good.
#[derive(Debug)]
pub(crate) struct Failed<E> {
    error: SdkError<E, HttpResponse>,
    fault: Fault,
    attempts: u32,
    #[cfg_attr(
        not(any(feature = "dynamo", feature = "s3")),
        expect(dead_code, reason = "only stores need to know")
    )]
    doubtful: bool,
}

impl Attempts {
    pub(crate) fn new(operation: Duration) -> Self {
        Self { operation }
    }

    /// When a call that begins now is to be given up.
    pub(crate) fn deadline(self) -> Instant {
        Instant::now() + self.operation
    }

    /// Makes a call, again and again where that may help.
    pub(crate) async fn call<T, E, F>(
        self,
        repeat: Repeat,
        mut attempt: impl FnMut() -> F + Send,
    ) -> Result<T, Failed<E>>
    where
        T: Send,
        E: StdError + ProvideErrorMetadata + Send + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    {
        let deadline = self.deadline();
        let mut attempts = 0;
        let mut doubtful = false;
        loop {
            let error = match attempt().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            attempts += 1;
            let fault = Fault::of(&error);
            if !goes_on(repeat, fault.verdict(), attempts)
                || !pause_until(deadline, fault.verdict(), attempts).await
            {
                return Err(Failed {
                    error,
                    fault,
                    attempts,
                    doubtful,
                });
            }
            doubtful |= fault.verdict() == Verdict::Doubtful;
            tracing::debug!(
                code = fault.code(),
                attempts,
                "a call of AWS failed and is made again"
            );
        }
    }
}

/// Whether there is another attempt.
fn goes_on(repeat: Repeat, verdict: Verdict, attempts: u32) -> bool {
    match verdict {
        Verdict::Refused => false,
        Verdict::Corrected => attempts == 1,
        Verdict::Busy => attempts < ATTEMPTS_MAX,
        Verdict::Raced => repeat != Repeat::UnlessRaced && attempts < ATTEMPTS_MAX,
        Verdict::Doubtful => repeat != Repeat::IfNotApplied && attempts < ATTEMPTS_MAX,
    }
}

/// Waits before the next attempt, with jitter; false if there is no time for one.
async fn pause_until(deadline: Instant, verdict: Verdict, attempts: u32) -> bool {
    if verdict != Verdict::Corrected {
        pause(attempts).await;
    }
    Instant::now() < deadline
}

/// Waits before the attempt that follows so many.
pub(crate) async fn pause(attempts: u32) {
    sleep(Backoff::new(PAUSE_BASE, PAUSE_MAX).jittered(attempts)).await;
}

impl<E> Failed<E>
where
    E: StdError + ProvideErrorMetadata + 'static,
{
    /// What the service said, if it did.
    pub(crate) fn service(&self) -> Option<&E> {
        self.error.as_service_error()
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        self.fault.kind()
    }

    /// What the service calls it, if it said so.
    #[cfg(feature = "s3")]
    pub(crate) fn code(&self) -> Option<&str> {
        self.fault.code()
    }

    /// What became of the last attempt.
    #[cfg(feature = "s3")]
    pub(crate) fn verdict(&self) -> Verdict {
        self.fault.verdict()
    }

    /// What is known of it, for each entry of a batch.
    #[cfg(feature = "sqs")]
    pub(crate) fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Whether an attempt before the last one may have had its effect.
    #[cfg(any(feature = "dynamo", feature = "s3"))]
    pub(crate) fn was_doubtful(&self) -> bool {
        self.doubtful
    }

    /// Whether any attempt may have had its effect.
    #[cfg(feature = "dynamo")]
    pub(crate) fn is_doubtful(&self) -> bool {
        self.doubtful || self.fault.verdict() == Verdict::Doubtful
    }

    pub(crate) fn into_error(self, operation: &'static str) -> Error {
        self.fault.into_error(operation, self.attempts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_made_again_only_where_that_can_help_and_cannot_hurt() {
        use Repeat::{Always, IfNotApplied, UnlessRaced};
        use Verdict::{Busy, Corrected, Doubtful, Raced, Refused};
        for (repeat, verdict, attempts, expected) in [
            (Always, Refused, 1, false),
            (Always, Busy, 1, true),
            (Always, Busy, ATTEMPTS_MAX, false),
            (Always, Doubtful, 1, true),
            (Always, Doubtful, ATTEMPTS_MAX, false),
            (Always, Raced, 1, true),
            (Always, Raced, ATTEMPTS_MAX, false),
            (Always, Corrected, 1, true),
            (Always, Corrected, 2, false),
            (UnlessRaced, Busy, 1, true),
            (UnlessRaced, Doubtful, 1, true),
            (UnlessRaced, Raced, 1, false),
            (IfNotApplied, Busy, 1, true),
            (IfNotApplied, Corrected, 1, true),
            (IfNotApplied, Raced, 1, true),
            (IfNotApplied, Doubtful, 1, false),
        ] {
            assert_eq!(
                goes_on(repeat, verdict, attempts),
                expected,
                "{repeat:?} {verdict:?} {attempts}"
            );
        }
    }
}
