//! Settling a message that a function was invoked for.

use std::time::Duration;

use async_trait::async_trait;
use beehive_core::queue::{DeadLetterRecord, FailureHistory, Settle};
use beehive_core::{Error, ErrorKind, Result};
use tokio::time::Instant;

use super::invocation::Slip;
use crate::sqs::Place;

/// A lease whose event is removed, or comes again, by what the function answers.
///
/// What is sent in the place of the event (a deferral, a dead letter) is sent as everywhere, and the
/// event removed at once: a function that dies before it answers then leaves one of them and not both.
#[derive(Debug)]
pub(super) struct LambdaLease {
    /// As it would be settled by a receiver of the queue.
    pub(super) backend: Box<dyn Settle>,
    pub(super) slip: Slip,
    pub(super) _place: Place,
}

impl LambdaLease {
    /// Fails once the function has answered: nobody else hears then what is said here.
    fn check(&self) -> Result<()> {
        if self.slip.is_over() {
            return Err(lost());
        }
        Ok(())
    }
}

fn lost() -> Error {
    Error::new(
        ErrorKind::LeaseLost,
        "the function has answered, and the event comes again",
    )
}

#[async_trait]
impl Settle for LambdaLease {
    async fn extend(&self, _: Duration) -> Result<Instant> {
        Err(Error::unsupported("extend lease"))
    }

    async fn lost(&self) {
        self.slip.over().await;
    }

    async fn commit(&self) -> Result<()> {
        if self.slip.done() {
            return Ok(());
        }
        Err(lost().with_operation("commit"))
    }

    async fn abandon(&self) -> Result<()> {
        self.check()?;
        self.backend.abandon().await?;
        self.slip.failed();
        Ok(())
    }

    async fn defer(&self, delay: Duration, history: FailureHistory) -> Result<()> {
        self.check()?;
        self.backend.defer(delay, history).await?;
        if self.slip.keeps_order() {
            // It is held back where it is.
            self.slip.failed();
        } else {
            self.slip.done();
        }
        Ok(())
    }

    async fn dead_letter(&self, record: &DeadLetterRecord) -> Result<()> {
        self.check()?;
        self.backend.dead_letter(record).await?;
        self.slip.done();
        Ok(())
    }
}
