//! Whether anybody hears what is published to a topic: SNS takes it either way.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tracing::debug;

use super::super::condition::Condition;
use super::desk::TopicDesk;
use super::topology::Topology;

/// How often it is asked while nobody does.
const PAUSE: Duration = Duration::from_mins(1);
/// What is said of such a topic.
const UNHEARD: &str = "nobody is subscribed to the topic, and what is published to it goes nowhere";

/// Whether a topic is heard, as far as this process knows.
#[derive(Debug, Default)]
pub(super) struct Hearing(Mutex<Known>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Known {
    #[default]
    Nothing,
    /// It was asked then, and nobody heard it.
    Unheard(Instant),
    Heard,
}

impl Hearing {
    /// Whether to ask now. Whoever is told so asks.
    fn is_due(&self, now: Instant) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = match *known {
            Known::Nothing => true,
            Known::Unheard(asked) => now.duration_since(asked) >= PAUSE,
            Known::Heard => false,
        };
        if is_due {
            *known = Known::Unheard(now);
        }
        is_due
    }

    fn heard(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Known::Heard;
    }
}

impl Topology {
    /// Finds out whether somebody is subscribed to a topic that was published to, unless that is known.
    pub(crate) async fn listen(&self, desk: &TopicDesk, condition: &Condition) {
        if !desk.hearing.is_due(Instant::now()) {
            return;
        }
        let topic = desk.arn.rsplit(':').next().unwrap_or(&desk.arn);
        match self.subscriptions(&desk.arn).await {
            Ok(all) if all.is_empty() => condition.worry(topic, UNHEARD),
            Ok(_) => {
                desk.hearing.heard();
                condition.relieve(topic);
            }
            Err(error) => debug!(topic, %error, "it is not known whether anybody hears the topic"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_asked_at_first_and_then_until_somebody_hears() {
        let hearing = Hearing::default();
        let start = Instant::now();
        for (seconds, due) in [(0, true), (59, false), (60, true), (61, false), (120, true)] {
            let now = start + Duration::from_secs(seconds);
            assert_eq!(hearing.is_due(now), due, "{seconds}");
        }
        hearing.heard();
        assert!(!hearing.is_due(start + Duration::from_hours(1)));
    }
}
