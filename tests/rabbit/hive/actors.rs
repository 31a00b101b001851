//! Actors by closure.

use async_trait::async_trait;
use beehive_core::actor::{ActorDescriptor, ActorError, ProcessorActor};
use beehive_core::event::Event;
use beehive_core::queue::QueueName;

pub(super) type Answer = Result<Vec<Event>, ActorError>;

struct Script<F>(F);

#[async_trait]
impl<F, W> ProcessorActor for Script<F>
where
    F: Fn(Event) -> W + Send + Sync + 'static,
    W: Future<Output = Answer> + Send,
{
    async fn process(&self, event: Event) -> Answer {
        (self.0)(event).await
    }
}

/// An actor on a queue, named like its subscription, that may announce `Next`.
pub(super) fn actor<F, W>(queue: &QueueName, script: F) -> ActorDescriptor
where
    F: Fn(Event) -> W + Send + Sync + 'static,
    W: Future<Output = Answer> + Send,
{
    let name = queue.subscription().unwrap_or(queue.topic()).to_owned();
    ActorDescriptor::of(name, queue.clone(), Script(script)).with_emits(["Next"])
}
