//! A lease, as one process holds it.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::event::EventId;
use beehive_core::queue::{DeadLetterRecord, FailureHistory, QueueName, Settle};
use beehive_core::{ErrorKind, Result};
use tokio::time::Instant;

use super::outcome::Outcome;
use super::seen::{LeaseNumber, Tally};
use super::witness::Witness;

#[derive(Debug)]
pub(super) struct RecordedLease {
    inner: Box<dyn Settle>,
    event: EventId,
    from: QueueName,
    number: LeaseNumber,
    witness: Witness,
    /// Until when the broker holds it; `None` once it is settled or lost.
    until: Mutex<Option<Instant>>,
}

impl RecordedLease {
    pub(super) fn new(
        inner: Box<dyn Settle>,
        event: EventId,
        from: QueueName,
        until: Instant,
        witness: Witness,
    ) -> Self {
        let logbook = &witness.logbook;
        let said = logbook.time_of(until);
        let number = logbook.seen().leased(witness.who, &event, said);
        Self {
            inner,
            event,
            from,
            number,
            witness,
            until: Mutex::new(Some(until)),
        }
    }

    fn set_until(&self, until: Option<Instant>) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }

    /// Notes how settling went.
    fn settled(
        &self,
        what: fmt::Arguments<'_>,
        result: Result<()>,
        count: fn(&mut Tally),
    ) -> Result<()> {
        let (id, from) = (&self.event, &self.from);
        self.witness
            .note(format_args!("{what} {id} in {from}: {}", Outcome(&result)));
        let lost = |error: &beehive_core::Error| error.kind() == ErrorKind::LeaseLost;
        if result.is_ok() || result.as_ref().is_err_and(lost) {
            self.set_until(None);
        }
        if result.is_ok() {
            let mut seen = self.witness.logbook.seen();
            count(seen.tally(self.witness.who));
            seen.ended(self.witness.who, id, self.number);
        }
        result
    }
}

#[async_trait]
impl Settle for RecordedLease {
    async fn extend(&self, duration: Duration) -> Result<Instant> {
        let result = self.inner.extend(duration).await;
        let (id, from) = (&self.event, &self.from);
        self.witness.note(format_args!(
            "extends {id} in {from} by {duration:?}: {}",
            Outcome(&result)
        ));
        if let Ok(until) = &result {
            self.set_until(Some(*until));
            let logbook = &self.witness.logbook;
            let said = logbook.time_of(*until);
            let mut seen = logbook.seen();
            seen.extended(self.witness.who, id, self.number, said);
        }
        result
    }

    async fn lost(&self) {
        self.inner.lost().await;
    }

    async fn commit(&self) -> Result<()> {
        let result = self.inner.commit().await;
        self.settled(format_args!("commits"), result, |tally| {
            tally.committed += 1;
        })
    }

    async fn abandon(&self) -> Result<()> {
        let result = self.inner.abandon().await;
        self.settled(format_args!("abandons"), result, |tally| {
            tally.abandoned += 1;
        })
    }

    async fn defer(&self, delay: Duration, history: FailureHistory) -> Result<()> {
        let attempts = history.attempts;
        let result = self.inner.defer(delay, history).await;
        let what = format_args!("defers by {delay:?} after {attempts}");
        self.settled(what, result, |tally| tally.deferred += 1)
    }

    async fn dead_letter(&self, record: &DeadLetterRecord) -> Result<()> {
        let result = self.inner.dead_letter(record).await;
        let (reason, attempts) = (record.reason, record.attempts);
        let what = format_args!("gives up, {reason} after {attempts},");
        self.settled(what, result, |tally| tally.dead_lettered += 1)
    }
}

impl Drop for RecordedLease {
    fn drop(&mut self) {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        let holds = until.is_some_and(|until| Instant::now() < until);
        let who = self.witness.who;
        if holds {
            let (id, from) = (&self.event, &self.from);
            self.witness.note(format_args!("lets go of {id} in {from}"));
        }
        let mut seen = self.witness.logbook.seen();
        if holds {
            seen.tally(who).let_go += 1;
        }
        seen.ended(who, &self.event, self.number);
    }
}
