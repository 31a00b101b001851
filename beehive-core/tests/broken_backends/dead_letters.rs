//! A queue in memory with one defect: dead letters.

use std::num::NonZeroUsize;
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::event::{Event, EventId};
use beehive_core::page::{Page, PageRequest};
use beehive_core::queue::{
    DeadLetter, DeadLetterRecord, DeadLetters, EventQueue, QueueName, ReceiverOptions, RedriveRate,
    redrive_each,
};
use beehive_core::{Error, ErrorKind, Result};

use crate::defect::Defect;
use crate::queue::Broken;

impl Broken {
    fn refuse(&self) -> Result<()> {
        if self.has(Defect::ClaimsDeadLetters) {
            return Err(Error::unsupported("dead-letter"));
        }
        Ok(())
    }

    /// Takes an event that waits out of its queue.
    async fn take_out(&self, queue: &QueueName, id: &EventId) -> Result<()> {
        const MANY: NonZeroUsize = NonZeroUsize::MIN.saturating_add(999);
        let options = ReceiverOptions::new(MANY, Duration::from_hours(1));
        let mut receiver = self.inner.receiver(queue, options).await?;
        for lease in receiver.receive(MANY, Duration::ZERO).await? {
            if lease.event().id() == id {
                lease.commit().await?;
            } else {
                lease.abandon().await?;
            }
        }
        Ok(())
    }

    /// Makes a dead letter of an event that somebody else holds.
    pub(crate) async fn bury(
        &self,
        queue: &QueueName,
        event: &Event,
        record: &DeadLetterRecord,
    ) -> Result<()> {
        const ONE: NonZeroUsize = NonZeroUsize::MIN;
        let failed = || Error::new(ErrorKind::Unexpected, "the defect itself failed");
        let copy = std::slice::from_ref(event);
        self.inner.publish(copy).await.map_err(|_| failed())?;
        let options = ReceiverOptions::new(ONE, Duration::from_hours(1));
        let mut receiver = self.inner.receiver(queue, options).await?;
        let lease = receiver.receive(ONE, Duration::ZERO).await?.pop();
        lease.ok_or_else(failed)?.dead_letter(record).await?;
        Ok(())
    }
}

#[async_trait]
impl DeadLetters for Broken {
    async fn count(&self, queue: &QueueName) -> Result<u64> {
        self.refuse()?;
        self.inner.count(queue).await
    }

    async fn list(&self, queue: &QueueName, page: &PageRequest) -> Result<Page<DeadLetter>> {
        self.refuse()?;
        let mut read = self.inner.list(queue, page).await?;
        match self.defect {
            Defect::ListsNewestFirst => read.items.reverse(),
            Defect::ListsOnePageOnly => read.next = None,
            Defect::ListingRemoves => {
                for letter in &read.items {
                    self.inner.redrive(queue, letter.event.id()).await?;
                    self.take_out(queue, letter.event.id()).await?;
                }
            }
            _ => {}
        }
        Ok(read)
    }

    async fn get(&self, queue: &QueueName, id: &EventId) -> Result<DeadLetter> {
        self.refuse()?;
        self.inner.get(queue, id).await
    }

    async fn redrive(&self, queue: &QueueName, id: &EventId) -> Result<()> {
        self.refuse()?;
        match self.defect {
            Defect::RedrivesToAll => {
                let letter = self.inner.get(queue, id).await?;
                self.inner.redrive(queue, id).await?;
                self.take_out(queue, id).await?;
                let published = self.inner.publish(&[letter.event]).await;
                published.map(|_| ()).map_err(|error| {
                    error
                        .into_error()
                        .unwrap_or_else(|| Error::unsupported("redrive"))
                })
            }
            Defect::RedriveKeepsTheDeadLetter => {
                let letter = self.inner.get(queue, id).await?;
                self.inner.redrive(queue, id).await?;
                self.bury(queue, &letter.event, &letter.record).await
            }
            Defect::FindsWhatIsNotThere => {
                self.inner.count(queue).await?;
                self.inner.redrive(queue, id).await.or(Ok(()))
            }
            _ => self.inner.redrive(queue, id).await,
        }
    }

    async fn redrive_all(&self, queue: &QueueName, rate: RedriveRate) -> Result<u64> {
        self.refuse()?;
        let rate = match self.defect {
            Defect::RedrivesAtOnce => {
                RedriveRate::per_second(std::num::NonZeroU32::MIN.saturating_add(999_999))
            }
            _ => rate,
        };
        redrive_each(self, queue, rate).await
    }

    async fn purge(&self, queue: &QueueName) -> Result<u64> {
        self.refuse()?;
        if self.has(Defect::PurgesNothing) {
            return self.inner.count(queue).await;
        }
        self.inner.purge(queue).await
    }
}
