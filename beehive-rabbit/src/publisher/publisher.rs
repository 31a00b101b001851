//! The publisher.

use std::sync::Arc;
use std::time::Duration;

use beehive_core::{Error, ErrorKind};
use lapin::types::ShortString;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::intake::Intake;
use super::lane::Lane;
use super::meters::Meters;
use super::options::options;
use super::{Bounds, Job, Message, Reached, Verdict};
use crate::codec::{PROPERTIES_MAX, properties_size};
use crate::config::RabbitConfig;
use crate::connection::Link;

/// Publishes messages on a few channels ("lanes") of one connection.
///
/// Each lane publishes a window of messages, waits for all their confirms, and only then decides,
/// by what was returned: the driver attaches returned messages to the wrong confirms when publishes
/// are pipelined.
#[derive(Debug)]
pub(crate) struct Publisher {
    intake: Arc<Intake>,
    reached: Arc<Reached>,
    link: Arc<Link>,
    /// How large a frame may be, as configured.
    frame_max: Option<u32>,
    /// End with the publisher.
    _lanes: Vec<AbortOnDropHandle<()>>,
}

impl Publisher {
    pub(crate) fn start(link: &Arc<Link>, config: &RabbitConfig) -> Self {
        /// A short outage is to pass unnoticed, a long one to be told soon.
        const PATIENCE_MAX: Duration = Duration::from_secs(5);
        let lanes = config.publish_lanes.get();
        let bounds = Bounds {
            window: config.publish_window.get(),
            patience: config.confirm_timeout.min(PATIENCE_MAX),
            operation: config.operation_timeout,
            confirm: config.confirm_timeout,
        };
        // One window under way and one waiting, for each lane.
        let intake = Arc::new(Intake::new(2 * lanes * bounds.window));
        let meters = Arc::new(Meters::new());
        let reached = Arc::new(Reached::default());
        let options = options(config);
        let lane = |_| {
            let (link, intake) = (Arc::clone(link), Arc::clone(&intake));
            let (meters, reached) = (Arc::clone(&meters), Arc::clone(&reached));
            let lane = Lane::new(link, intake, meters, reached, bounds, options);
            AbortOnDropHandle::new(tokio::spawn(lane.run()))
        };
        let lanes = (0..lanes).map(lane).collect();
        Self {
            intake,
            reached,
            link: Arc::clone(link),
            frame_max: config.frame_max,
            _lanes: lanes,
        }
    }

    /// Whether a message was published to this exchange before, and it was there.
    pub(crate) fn has_reached(&self, exchange: &ShortString) -> bool {
        self.reached.contains(exchange)
    }

    /// Publishes mandatory and persistent messages; a verdict for each, in order.
    ///
    /// All go through one lane, so that messages to one queue stay in order unless one fails.
    ///
    /// While the broker blocks the connection it waits: that is the backpressure. Otherwise it ends
    /// within twice the confirm time-out, once to be sent and once to be confirmed, for each window
    /// that the messages fill.
    ///
    /// # Cancel safety
    /// What was not yet sent is not sent any more; what was may be published or not.
    pub(crate) async fn publish(&self, messages: Vec<Message>) -> Vec<Verdict> {
        if messages
            .iter()
            .all(|message| self.refusal(message).is_none())
        {
            return self.publish_sound(messages).await;
        }
        let refusals: Vec<_> = messages
            .iter()
            .map(|message| self.refusal(message))
            .collect();
        let sound = messages
            .into_iter()
            .zip(&refusals)
            .filter(|(_, refusal)| refusal.is_none())
            .map(|(message, _)| message)
            .collect();
        let mut verdicts = self.publish_sound(sound).await.into_iter();
        refusals
            .into_iter()
            .map(|refusal| match refusal {
                Some(error) => Verdict::Failed(error),
                None => verdicts.next().unwrap_or_else(stopped),
            })
            .collect()
    }

    /// As [`publish`](Self::publish), for one.
    pub(crate) async fn publish_one(&self, message: Message) -> Verdict {
        let verdicts = self.publish(vec![message]).await;
        verdicts.into_iter().next().unwrap_or_else(stopped)
    }

    /// Why a message is not even tried: it would end the connection for all others.
    fn refusal(&self, message: &Message) -> Option<Error> {
        let size = properties_size(&message.properties);
        if size <= PROPERTIES_SURE {
            return None;
        }
        let limit = properties_max(self.link.frame_max().or(self.frame_max));
        (size > limit).then(|| {
            Error::new(
                ErrorKind::Limit,
                "the headers are larger than RabbitMQ takes; put the properties into the body",
            )
            .with_operation("publish")
            .with_context("is", size)
            .with_context("limit", limit)
        })
    }

    async fn publish_sound(&self, messages: Vec<Message>) -> Vec<Verdict> {
        let count = messages.len();
        if count == 0 {
            return Vec::new();
        }
        let (job, answered) = Job::new(messages, Instant::now());
        self.intake.put(job).await;
        match answered.await {
            Ok(verdicts) => verdicts,
            Err(_) => std::iter::repeat_with(stopped).take(count).collect(),
        }
    }
}

/// What a frame takes beside the properties.
const FRAME: usize = 64;
/// Properties of this size fit into the smallest frame that two sides may agree on.
const PROPERTIES_SURE: usize = 4096 - FRAME;

/// How large the properties of a message may be, when a frame may be so large. Zero is no limit.
fn properties_max(frame_max: Option<u32>) -> usize {
    let frame_max = frame_max
        .filter(|max| *max > 0)
        .map_or(usize::MAX, |max| usize::try_from(max).unwrap_or(usize::MAX));
    PROPERTIES_MAX.min(frame_max.saturating_sub(FRAME))
}

/// The lanes end only with the runtime that they run on.
fn stopped() -> Verdict {
    Verdict::Failed(
        Error::new(ErrorKind::Temporary, "the publisher has stopped").with_operation("publish"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_fit_into_the_frame_that_both_sides_agreed_on() {
        for (frame_max, expected) in [
            (None, PROPERTIES_MAX),
            (Some(0), PROPERTIES_MAX),
            (Some(8192), 8192 - FRAME),
            (Some(131_072), PROPERTIES_MAX),
            (Some(u32::MAX), PROPERTIES_MAX),
        ] {
            assert_eq!(properties_max(frame_max), expected, "{frame_max:?}");
        }
    }
}
