//! What is left when a test waited long enough.

use std::fmt;
use std::time::Duration;

use super::attempts::FailedAttempt;
use crate::error::{Error, ErrorKind};
use crate::queue::QueueName;
use crate::queue::memory::Census;

/// Work was left when the time was over: what, where, and how the last attempts on it failed.
///
/// Prints as several lines, also with `{:?}`, so that a failed test shows all of it.
pub struct Unfinished {
    time: Duration,
    real_time: Duration,
    left: Vec<Left>,
}

/// What is left in one queue.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) queue: QueueName,
    pub(super) census: Census,
    pub(super) failed: Vec<FailedAttempt>,
}

impl Unfinished {
    pub(super) fn new(time: Duration, real_time: Duration, left: Vec<Left>) -> Self {
        Self {
            time,
            real_time,
            left,
        }
    }

    /// What is left, a line or more for each queue; `None` if nothing.
    pub(super) fn lines(&self) -> Option<String> {
        let lines: Vec<_> = self.left.iter().map(|left| format!("\n{left}")).collect();
        (!lines.is_empty()).then(|| lines.concat())
    }

    /// The queues in which something is left, and how much.
    pub fn queues(&self) -> impl Iterator<Item = (&QueueName, Census)> {
        self.left.iter().map(|left| (&left.queue, left.census))
    }
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (time, real_time) = (whole_seconds(self.time), self.real_time.as_secs_f32());
        write!(
            f,
            "not idle after {time} on tokio's clock ({real_time:.1} s by the clock on the wall; \
             allow more with `TestOptions::with_patience`); left:"
        )?;
        self.left.iter().try_for_each(|left| write!(f, "\n{left}"))
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// More of the same tell nothing new.
        const SHOWN: usize = 5;
        let Census {
            waiting,
            leased,
            delayed,
            ..
        } = self.census;
        let queue = &self.queue;
        write!(
            f,
            "  {queue}: {waiting} waiting, {leased} leased, {delayed} delayed"
        )?;
        if self.failed.is_empty() {
            write!(f, "; no attempt failed")?;
        }
        for failed in self.failed.iter().take(SHOWN) {
            let FailedAttempt {
                event,
                actor,
                attempt,
                error,
                ..
            } = failed;
            let age = whole_seconds(failed.age());
            write!(
                f,
                "\n    attempt {attempt} of `{actor}` on {event}, {age} ago: {error}"
            )?;
        }
        let more = self.failed.len().saturating_sub(SHOWN);
        if more > 0 {
            write!(f, "\n    and {more} more")?;
        }
        Ok(())
    }
}

fn whole_seconds(time: Duration) -> impl fmt::Display {
    humantime::format_duration(Duration::from_secs(time.as_secs()))
}

impl fmt::Debug for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Unfinished {}

impl From<Unfinished> for Error {
    fn from(unfinished: Unfinished) -> Self {
        Self::new(ErrorKind::Limit, "the hive did not become idle").with_source(unfinished)
    }
}
