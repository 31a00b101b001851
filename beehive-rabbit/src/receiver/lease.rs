//! Settles one delivery.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::Result;
use beehive_core::queue::{DeadLetterRecord, FailureHistory, Settle};
use tokio::time::Instant;

use super::outstanding::Tag;
use super::received::Received;
use super::resending::{bury, deferred, send_again};
use super::session::Session;
use super::settling::Settling;

/// The right of one delivery. Dropping it leaves the event to expire.
#[derive(Debug)]
pub(super) struct RabbitLease {
    pub(super) session: Arc<Session>,
    pub(super) tag: Tag,
    pub(super) received: Received,
}

#[async_trait]
impl Settle for RabbitLease {
    async fn extend(&self, duration: Duration) -> Result<Instant> {
        self.session.extend(self.tag, duration)
    }

    async fn lost(&self) {
        self.session.lost().await;
    }

    async fn commit(&self) -> Result<()> {
        self.session.commit("commit", self.tag)
    }

    async fn abandon(&self) -> Result<()> {
        self.session.hand_back("abandon", self.tag)
    }

    async fn defer(&self, delay: Duration, history: FailureHistory) -> Result<()> {
        let settling = Settling::begin(&self.session, "defer", self.tag)?;
        let shared = &self.session.shared;
        let note = deferred(history);
        settling
            .after(send_again(
                &shared.parts,
                &shared.queue,
                &self.received,
                note,
                delay,
            ))
            .await
    }

    async fn dead_letter(&self, record: &DeadLetterRecord) -> Result<()> {
        let settling = Settling::begin(&self.session, "dead-letter", self.tag)?;
        let shared = &self.session.shared;
        settling
            .after(bury(&shared.parts, &shared.queue, &self.received, record))
            .await
    }
}
