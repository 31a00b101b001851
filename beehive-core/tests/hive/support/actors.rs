//! Actors by closure, and what they note down.

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use beehive_core::actor::{ActorDescriptor, ActorError, ProcessorActor};
use beehive_core::event::Event;
use tracing::Dispatch;
use tracing::subscriber::NoSubscriber;
use tracing_subscriber::fmt::MakeWriter;

use super::name;

pub(crate) type Answer = Result<Vec<Event>, ActorError>;

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

/// An actor on a queue, named like its subscription; it may announce `Next`.
pub(crate) fn actor<F, W>(queue: &str, script: F) -> ActorDescriptor
where
    F: Fn(Event) -> W + Send + Sync + 'static,
    W: Future<Output = Answer> + Send,
{
    let queue = name(queue);
    let actor = queue.subscription().unwrap_or(queue.topic()).to_owned();
    ActorDescriptor::of(actor, queue, Script(script)).with_emits(["Next"])
}

/// An answer without follow-ups.
pub(crate) async fn done() -> Answer {
    Ok(Vec::new())
}

/// An answer that is retried.
pub(crate) async fn failing() -> Answer {
    Err(ActorError::retry("as the test says"))
}

/// What happened, in order; clones share it.
pub(crate) struct Diary<T>(Arc<Mutex<Vec<T>>>);

impl<T: Clone> Diary<T> {
    pub(crate) fn note(&self, entry: T) {
        self.0.lock().unwrap().push(entry);
    }

    pub(crate) fn all(&self) -> Vec<T> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl<T> Default for Diary<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Diary<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: fmt::Debug> fmt::Debug for Diary<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.lock().unwrap().fmt(f)
    }
}

/// What is logged on this thread, for as long as the second value lives.
pub(crate) fn captured_log() -> (Log, impl Sized) {
    // While there is one subscriber in the whole process, `tracing` asks nobody about a place in the
    // code that another test comes to first, and then it is silent for all.
    let second = Dispatch::new(NoSubscriber::new());
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    (log, (guard, second))
}

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn lines_with(&self, text: &str) -> usize {
        let bytes = self.0.lock().unwrap();
        let log = String::from_utf8_lossy(&bytes);
        log.lines().filter(|line| line.contains(text)).count()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
