//! A queue in memory with one defect: topology and publishing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use beehive_core::event::{Event, EventId, from_cloudevent, to_cloudevent};
use beehive_core::queue::memory::MemoryQueue;
use beehive_core::queue::{
    AttemptCounting, DeadLetters, EventQueue, Health, PublishError, PublishFailure,
    QueueCapabilities, QueueKind, QueueName, Receipt, Receiver, ReceiverOptions,
};
use beehive_core::{Error, Result};
use tokio::time::Instant;

use crate::defect::Defect;
use crate::receiver::BrokenReceiver;

/// A backend that keeps every promise but one.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) inner: MemoryQueue,
    pub(crate) defect: Defect,
    pub(crate) memory: Arc<Mutex<Memory>>,
    capabilities: QueueCapabilities,
}

/// What some defects have to remember.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Which subscription got an event first.
    pub(crate) first: HashMap<EventId, QueueName>,
    /// When the last deferral is due.
    pub(crate) due: Option<Instant>,
}

impl Broken {
    pub(crate) fn new(defect: Defect) -> Self {
        let mut capabilities = QueueCapabilities::full();
        match defect {
            Defect::DeniesToDefer => capabilities.defer = false,
            Defect::DeniesToExtend => capabilities.extend = false,
            Defect::DeniesDeadLetters => capabilities.dead_letters = false,
            Defect::DeniesToDetectUnrouted => capabilities.detects_unrouted = false,
            Defect::ClaimsOrder => capabilities.ordered_by_subject = true,
            Defect::ClaimsAShorterDelay => {
                capabilities.delay_max = Some(Duration::from_hours(1));
            }
            Defect::ClaimsAShorterLease => {
                capabilities.lease_max = Some(Duration::from_hours(1));
            }
            Defect::MiscountsItsAttempts => capabilities.attempts = AttemptCounting::Deliveries,
            _ => {}
        }
        Self {
            inner: MemoryQueue::default(),
            defect,
            memory: Arc::default(),
            capabilities,
        }
    }

    pub(crate) fn has(&self, defect: Defect) -> bool {
        self.defect == defect
    }

    /// The event as this backend passes it on.
    fn spoilt(&self, event: &Event) -> Event {
        match self.defect {
            Defect::LosesProperties => rebuilt(event, event.data().clone(), |name| {
                event.property(name).is_some()
            }),
            Defect::LosesTheSubject => {
                rebuilt(event, event.data().clone(), |name| name == "subject")
            }
            Defect::TruncatesLargeBodies if event.data().len() > 100_000 => {
                rebuilt(event, event.data().slice(..100_000), |_| false)
            }
            Defect::DelaysNothing => {
                rebuilt(event, event.data().clone(), |name| name == "deliverat")
            }
            Defect::SendsToTheTypeAlone
                if event.destination().map(QueueName::kind) == Some(QueueKind::Topic) =>
            {
                let own = QueueName::of_topic(event.event_type()).unwrap();
                event.clone().with_destination(own)
            }
            _ => event.clone(),
        }
    }

    /// Whether a whole batch has a topic that does not exist.
    async fn new_topics(&self, events: &[Event]) -> Vec<QueueName> {
        let mut new = Vec::new();
        for event in events {
            if event.destination().is_none()
                && let Ok(topic) = QueueName::of_topic(event.event_type())
                && let Ok(false) = self.inner.exists(&topic).await
            {
                new.push(topic);
            }
        }
        new
    }
}

/// The event with other data and without some attributes.
fn rebuilt(event: &Event, data: bytes::Bytes, without: impl Fn(&str) -> bool) -> Event {
    let attributes = to_cloudevent(event, jiff::Timestamp::now());
    let kept = attributes.into_iter().filter(|(name, _)| !without(name));
    let rebuilt = from_cloudevent(kept, data).unwrap();
    match event.destination() {
        Some(destination) => rebuilt.with_destination(destination.clone()),
        None => rebuilt,
    }
}

#[async_trait]
impl EventQueue for Broken {
    fn capabilities(&self) -> &QueueCapabilities {
        &self.capabilities
    }

    fn health(&self) -> Health {
        self.inner.health()
    }

    async fn declare(&self, name: &QueueName) -> Result<()> {
        if self.has(Defect::EmptiesOnDeclare) && name.is_readable() {
            self.inner.delete(name).await?;
        }
        self.inner.declare(name).await
    }

    async fn delete(&self, name: &QueueName) -> Result<()> {
        if self.has(Defect::NeverDeletes) {
            return Ok(());
        }
        self.inner.delete(name).await
    }

    async fn exists(&self, name: &QueueName) -> Result<bool> {
        self.inner.exists(name).await
    }

    async fn publish(&self, events: &[Event]) -> Result<Receipt, PublishError> {
        let batch: Vec<Event> = events.iter().map(|event| self.spoilt(event)).collect();
        match self.defect {
            Defect::DropsAnEventOfABatch if batch.len() > 1 => {
                return self.inner.publish(&batch[1..]).await;
            }
            Defect::PublishesTwice => {
                self.inner.publish(&batch).await?;
            }
            Defect::DeclaresSimpleQueues => {
                for name in batch.iter().filter_map(Event::destination) {
                    self.inner.declare(name).await.unwrap();
                }
            }
            Defect::DoesNotDeclareTopics => {
                let new = self.new_topics(&batch).await;
                let result = self.inner.publish(&batch).await;
                for topic in new {
                    self.inner.delete(&topic).await.unwrap();
                }
                return result;
            }
            Defect::FailsTheWholeBatchSilently => {
                let apart = MemoryQueue::default();
                apart.publish(&batch).await?;
            }
            Defect::ClaimsToDefer => return self.refuse_delayed(&batch).await,
            _ => {}
        }
        let mut result = self.inner.publish(&batch).await;
        match (self.defect, &mut result) {
            (Defect::ReportsRoutedAsUnrouted, Ok(receipt)) => {
                receipt.unrouted = (0..events.len()).collect();
            }
            (Defect::ClaimsToDetectUnrouted, Ok(receipt)) => receipt.unrouted.clear(),
            (Defect::ConfirmsWhatItRefuses, Err(error)) => return Ok(error.receipt().clone()),
            (Defect::NamesTheWrongFailure, Err(_)) => {
                return result.map_err(|error| {
                    let receipt = error.receipt().clone();
                    let wrong = error.into_failures().into_iter().map(|failure| {
                        let position = failure.position.saturating_sub(1);
                        let id = events[position].id().clone();
                        let error = failure.error;
                        PublishFailure {
                            position,
                            id,
                            error,
                        }
                    });
                    PublishError::new(wrong.collect(), receipt)
                });
            }
            _ => {}
        }
        result
    }

    async fn receiver(
        &self,
        from: &QueueName,
        options: ReceiverOptions,
    ) -> Result<Box<dyn Receiver>> {
        if self.has(Defect::DeclaresWhatIsRead) {
            self.inner.declare(from).await?;
        }
        let receiver = BrokenReceiver::open(self.clone(), from, options).await?;
        Ok(Box::new(receiver))
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self
    }
}

impl Broken {
    async fn refuse_delayed(&self, batch: &[Event]) -> Result<Receipt, PublishError> {
        let is_delayed = |event: &Event| event.delivers() != beehive_core::event::DeliverAt::Now;
        let delayed = batch
            .iter()
            .enumerate()
            .filter(|(_, event)| is_delayed(event));
        let failures: Vec<_> = delayed
            .map(|(position, event)| PublishFailure {
                position,
                id: event.id().clone(),
                error: Error::unsupported("defer"),
            })
            .collect();
        if failures.is_empty() {
            return self.inner.publish(batch).await;
        }
        Err(PublishError::new(failures, Receipt::default()))
    }
}
