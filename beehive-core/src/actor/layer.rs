//! Middleware: `tower` layers around an actor.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, MutexGuard};
use tower::util::{BoxService, ServiceExt as _};
use tower::{Layer, Service};

use crate::actor::outcome::{ActorError, FailureClass};
use crate::actor::processor::ProcessorActor;
use crate::error::BoxError;
use crate::event::Event;

/// An actor as a `tower` service: an event in, its follow-ups out. What layers wrap.
pub type ActorService = BoxService<Event, Vec<Event>, BoxError>;

/// A layer that can be put around any actor; made by
/// [`HiveBuilder::layer`](crate::hive::HiveBuilder::layer).
#[derive(Clone)]
pub struct ActorLayer(Arc<dyn Fn(ActorService) -> ActorService + Send + Sync>);

impl ActorLayer {
    /// Takes any `tower` layer whose service answers an event with events.
    pub fn new<L>(layer: L) -> Self
    where
        L: Layer<ActorService> + Send + Sync + 'static,
        L::Service: Service<Event, Response = Vec<Event>> + Send + 'static,
        <L::Service as Service<Event>>::Error: Into<BoxError>,
        <L::Service as Service<Event>>::Future: Send + 'static,
    {
        Self(Arc::new(move |service| {
            layer.layer(service).map_err(Into::into).boxed()
        }))
    }
}

impl fmt::Debug for ActorLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ActorLayer")
    }
}

/// How an actor is called: straight, or through its layers.
pub(crate) enum Callee {
    /// Without layers, which costs nothing.
    Straight(Arc<dyn ProcessorActor>),
    /// Through layers. One service for all calls, so that a limit is a limit for the actor; it is
    /// locked while it becomes ready and for the call, not while the call runs.
    Layered(Mutex<ActorService>),
}

impl Callee {
    /// Puts the layers around the actor; the first is the outermost.
    pub(crate) fn new(actor: Arc<dyn ProcessorActor>, layers: &[ActorLayer]) -> Self {
        if layers.is_empty() {
            return Self::Straight(actor);
        }
        let innermost = Innermost(actor).boxed();
        let service = layers
            .iter()
            .rev()
            .fold(innermost, |service, layer| (layer.0)(service));
        Self::Layered(Mutex::new(service))
    }

    /// The actor, if nothing stands between.
    pub(crate) fn straight(&self) -> Option<Ready<'_>> {
        match self {
            Self::Straight(actor) => Some(Ready::Straight(&**actor)),
            Self::Layered(_) => None,
        }
    }

    /// Waits until another call may be made.
    pub(crate) async fn ready(&self) -> Result<Ready<'_>, ActorError> {
        match self {
            Self::Straight(actor) => Ok(Ready::Straight(&**actor)),
            Self::Layered(service) => {
                let mut service = service.lock().await;
                service.ready().await.map_err(unwrap_failure)?;
                Ok(Ready::Layered(service))
            }
        }
    }

    #[cfg(test)]
    pub(crate) async fn call(&self, event: Event) -> Result<Vec<Event>, ActorError> {
        self.ready().await?.call(event).await
    }
}

/// The right to call the actor once.
pub(crate) enum Ready<'a> {
    Straight(&'a dyn ProcessorActor),
    Layered(MutexGuard<'a, ActorService>),
}

impl<'a> Ready<'a> {
    /// Calls it. The next caller need not wait for the answer.
    pub(crate) fn call(self, event: Event) -> BoxFuture<'a, Result<Vec<Event>, ActorError>> {
        match self {
            Self::Straight(actor) => actor.process(event),
            Self::Layered(mut service) => Box::pin(async move {
                let answer = service.call(event);
                drop(service);
                answer.await.map_err(unwrap_failure)
            }),
        }
    }
}

/// The actor itself, at the core of its layers.
struct Innermost(Arc<dyn ProcessorActor>);

impl Service<Event> for Innermost {
    type Response = Vec<Event>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Vec<Event>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, event: Event) -> Self::Future {
        let actor = Arc::clone(&self.0);
        Box::pin(async move {
            actor.process(event).await.map_err(|error| {
                let (class, error) = error.into_parts();
                Box::new(Failure { class, error }) as BoxError
            })
        })
    }
}

/// An [`ActorError`] on its way through layers, which only pass real errors.
#[derive(Debug)]
struct Failure {
    class: FailureClass,
    error: BoxError,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

/// What the actor said, or a failure of the layers' own, such as a time-out; that is retried.
fn unwrap_failure(error: BoxError) -> ActorError {
    match error.downcast::<Failure>() {
        Ok(failure) => ActorError::from_parts(failure.class, failure.error),
        Err(error) => ActorError::retry(error),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use async_trait::async_trait;
    use tokio::time::{Instant, sleep};
    use tower::limit::{ConcurrencyLimitLayer, RateLimitLayer};
    use tower::timeout::TimeoutLayer;

    use super::*;

    #[derive(Default)]
    struct Slow {
        running: AtomicUsize,
        most: AtomicUsize,
    }

    #[async_trait]
    impl ProcessorActor for Slow {
        async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
            let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(running, Ordering::SeqCst);
            sleep(Duration::from_secs(10)).await;
            self.running.fetch_sub(1, Ordering::SeqCst);
            match event.event_type() {
                "Bad" => Err(ActorError::terminal("no")),
                _ => Ok(vec![event]),
            }
        }
    }

    fn event(event_type: &str) -> Event {
        Event::new(event_type, "text/plain", "")
    }

    async fn call_four(layer: ActorLayer) -> (Arc<Slow>, Duration) {
        let actor = Arc::new(Slow::default());
        let callee = Callee::new(Arc::clone(&actor) as Arc<dyn ProcessorActor>, &[layer]);
        let start = Instant::now();
        let calls = (0..4).map(|_| callee.call(event("Good")));
        for result in futures_util::future::join_all(calls).await {
            assert_eq!(result.unwrap().len(), 1);
        }
        (actor, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_concurrency_limit_holds_for_the_whole_actor() {
        let (actor, elapsed) = call_four(ActorLayer::new(ConcurrencyLimitLayer::new(2))).await;
        assert_eq!(actor.most.load(Ordering::SeqCst), 2);
        assert!(elapsed >= Duration::from_secs(20));
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_limit_holds_for_the_whole_actor_and_lets_calls_overlap() {
        let layer = ActorLayer::new(RateLimitLayer::new(1, Duration::from_secs(1)));
        let (actor, elapsed) = call_four(layer).await;
        assert_eq!(actor.most.load(Ordering::SeqCst), 4);
        assert!(elapsed >= Duration::from_secs(13));
    }

    #[tokio::test(start_paused = true)]
    async fn a_timeout_of_a_layer_is_retried() {
        let layer = ActorLayer::new(TimeoutLayer::new(Duration::from_secs(1)));
        let callee = Callee::new(Arc::new(Slow::default()), &[layer]);
        let error = callee.call(event("Good")).await.unwrap_err();
        assert_eq!(error.class(), FailureClass::Retry);
        assert!(error.to_string().contains("timed out"), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_actor_says_passes_through_layers() {
        let layers = [
            ActorLayer::new(TimeoutLayer::new(Duration::from_secs(60))),
            ActorLayer::new(ConcurrencyLimitLayer::new(2)),
        ];
        let callee = Callee::new(Arc::new(Slow::default()), &layers);
        let error = callee.call(event("Bad")).await.unwrap_err();
        assert_eq!(error.class(), FailureClass::Terminal);
        assert_eq!(error.to_string(), "no");
    }
}
