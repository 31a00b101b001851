//! One timer for whatever comes first.

use std::pin::Pin;

use tokio::time::{Instant, Sleep, sleep_until};

/// One timer for whatever comes first. It may ring too early, never too late.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    sleep: Option<Pin<Box<Sleep>>>,
    is_set: bool,
}

impl Alarm {
    /// Rings at this time at the latest. An earlier time that was set before is left as it is: to
    /// move the timer with each event would cost more than one ring in vain.
    pub(super) fn set(&mut self, at: Instant) {
        match &mut self.sleep {
            Some(sleep) if self.is_set && sleep.deadline() <= at => {}
            Some(sleep) => sleep.as_mut().reset(at),
            None => self.sleep = Some(Box::pin(sleep_until(at))),
        }
        self.is_set = true;
    }

    /// Completes at the time that was set; never, if none was.
    pub(super) async fn ring(&mut self) {
        match &mut self.sleep {
            Some(sleep) if self.is_set => sleep.await,
            _ => std::future::pending().await,
        }
        self.is_set = false;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt as _;
    use tokio::time::advance;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn it_rings_once_at_the_first_of_its_times() {
        let mut alarm = Alarm::default();
        assert!(alarm.ring().now_or_never().is_none(), "never set");
        let start = Instant::now();
        alarm.set(start + 5 * SECOND);
        alarm.set(start + 9 * SECOND);
        alarm.set(start + 3 * SECOND);
        alarm.ring().await;
        assert_eq!(start.elapsed(), 3 * SECOND);
        advance(SECOND).await;
        assert!(alarm.ring().now_or_never().is_none(), "it rang");
        alarm.set(start + 6 * SECOND);
        alarm.ring().await;
        assert_eq!(start.elapsed(), 6 * SECOND);
    }
}
