//! Announces events from outside the actors.

use std::sync::Arc;

use crate::error::Result;
use crate::event::Event;
use crate::factory::Announcer;

/// Announces events to a hive's queue; cheap to clone.
#[derive(Clone, Debug)]
pub struct Publisher {
    announcer: Arc<Announcer>,
}

impl Publisher {
    pub(super) fn new(announcer: Arc<Announcer>) -> Self {
        Self { announcer }
    }

    /// Announces one event, and returns when it is confirmed.
    ///
    /// # Errors
    /// As [`publish_all`](Self::publish_all).
    ///
    /// # Cancel safety
    /// Dropping the future leaves open whether it was published; publish the same event again.
    pub async fn publish(&self, event: Event) -> Result<()> {
        self.announcer.announce(std::slice::from_ref(&event)).await
    }

    /// Announces a batch, and returns when every event is confirmed, and routed where the hive
    /// reads its topic.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) or
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if an event breaks a rule, and nothing is
    /// sent; a temporary error if the backend did not confirm all of them, after a few tries.
    /// Publish the same events again: their ids tell that they are the same.
    ///
    /// # Cancel safety
    /// Dropping the future leaves open which events were published; publish the same again.
    pub async fn publish_all(&self, events: &[Event]) -> Result<()> {
        self.announcer.announce(events).await
    }
}
