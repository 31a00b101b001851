//! The customers' part of a run.

use std::time::Duration;

use tokio::time::{Instant, timeout};
use tracing::warn;

use super::signals;
use crate::{cli::Options, error::Error, progress::Progress, shop::Shop};

/// Places all orders and waits until they are over, the time is, or someone says stop. Answers how
/// long it took.
pub(super) async fn trade(options: &Options, shop: &Shop) -> Result<Duration, Error> {
    let (progress, started) = (Progress::new(options), Instant::now());
    let trade = shop.trade(|tally| progress.update(tally));
    let ended = tokio::select! {
        ended = timeout(options.timeout, trade) => ended.ok(),
        () = signals::stop() => None,
    };
    progress.finish();
    if let Some(result) = ended {
        result?;
    } else {
        warn!("stopped before every order was over");
    }
    Ok(started.elapsed())
}
