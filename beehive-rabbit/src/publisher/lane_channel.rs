//! The channel of a lane.

use std::sync::Arc;
use std::time::Duration;

use beehive_core::Result;
use lapin::Channel;
use lapin::options::ConfirmSelectOptions;
use tokio::time::{Instant, timeout};

use crate::connection::Live;
use crate::error::{converted, unanswered};

/// A channel in confirm mode, and the connection that it is on.
#[derive(Debug)]
pub(super) struct LaneChannel {
    live: Arc<Live>,
    channel: Channel,
    opened: Instant,
}

impl LaneChannel {
    pub(super) async fn open(live: &Arc<Live>, patience: Duration) -> Result<Self> {
        let channel = live.channel().await?;
        let confirms = channel.confirm_select(ConfirmSelectOptions::default());
        match timeout(patience, confirms).await {
            Ok(Ok(())) => Ok(Self {
                live: Arc::clone(live),
                channel,
                opened: Instant::now(),
            }),
            Ok(Err(error)) => Err(converted("publish", error)),
            Err(_) => Err(unanswered("publish")),
        }
    }

    pub(super) fn live(&self) -> &Live {
        &self.live
    }

    pub(super) fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Whether a queue that refuses on it may no longer be full.
    ///
    /// A quorum queue tells each channel once that it is full, and the channel then refuses by itself
    /// until the queue tells it otherwise. Seen with 3.10.8: it does when it is read, and does not
    /// when a policy gives it room. A channel that is new asks.
    pub(super) fn may_be_misled(&self) -> bool {
        /// Not each window on a queue that is full is worth a channel.
        const FRESH: Duration = Duration::from_secs(1);
        self.opened.elapsed() >= FRESH
    }

    /// Whether it is open, as far as one knows.
    pub(super) fn is_usable(&self) -> bool {
        self.channel.status().connected() && !self.live.lost().is_cancelled()
    }

    /// Whether something sent on it now goes out now.
    pub(super) fn is_ready(&self) -> bool {
        self.is_usable() && !self.live.is_blocked()
    }
}
