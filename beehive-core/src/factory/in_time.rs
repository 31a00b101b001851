//! A time-out that costs nothing for work that is done at once.

use tokio::time::Sleep;

/// The work's output, or `None` if the alarm was first.
///
/// Unlike tokio's `timeout`, the alarm is not even made for work that ends at its first poll, as
/// most work in memory does. Whoever pins the work first saves its being moved.
pub(super) async fn in_time<F: Future + Unpin>(
    work: F,
    alarm: impl FnOnce() -> Sleep,
) -> Option<F::Output> {
    tokio::select! {
        biased;
        output = work => Some(output),
        () = async { Box::pin(alarm()).await } => None,
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::pin::pin;
    use std::time::Duration;

    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_alarm_ends_work_that_takes_too_long() {
        let second = Duration::from_secs(1);
        let output = in_time(pending::<()>(), || sleep(second)).await;
        assert_eq!(output, None);
        let output = in_time(pin!(sleep(second / 2)), || sleep(second)).await;
        assert_eq!(output, Some(()));
    }

    #[tokio::test]
    async fn work_that_is_done_sets_no_alarm() {
        let output = in_time(ready(7), || unreachable!()).await;
        assert_eq!(output, Some(7));
    }
}
