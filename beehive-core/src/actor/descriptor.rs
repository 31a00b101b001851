//! What the hive knows of an actor before it runs.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use crate::actor::{ProcessorActor, Resolver};
use crate::queue::{Order, QueueName};
use crate::recovery::RetryPolicy;

/// A type that `#[actor(…)]` declared, or that declares itself by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not declared as an actor",
    note = "add `#[actor(\"Topic-Subscription\")]` to `{Self}`, or give the hive an `ActorDescriptor` made by hand"
)]
pub trait Actor: Sized + 'static {
    /// One descriptor for each queue it reads.
    fn descriptors() -> Vec<ActorDescriptor>;
}

type Build = dyn Fn(&mut Resolver<'_>) -> Option<Arc<dyn ProcessorActor>> + Send + Sync;

/// One actor on one queue: what it reads, what it announces, and how it is run.
///
/// `#[actor("OrderAccepted-Payment", parallelism = 8, emits(…))]` stands for:
///
/// ```
/// use std::num::NonZeroUsize;
/// use std::sync::Arc;
/// use beehive_core::actor::ActorDescriptor;
/// use beehive_core::prelude::*;
///
/// struct AuthorisePayment {
///     payments: Counter,
/// }
///
/// #[async_trait]
/// impl ProcessorActor for AuthorisePayment {
///     async fn process(&self, event: Event) -> Result<Vec<Event>, ActorError> {
///         let once = Change::add(1).once(OperationId::from(event.id()));
///         self.payments.change("payments", &once).await?;
///         Ok(vec![Event::json("PaymentAuthorised", &())?])
///     }
/// }
///
/// let queue: QueueName = "OrderAccepted-Payment".parse()?;
/// let descriptor = ActorDescriptor::new("AuthorisePayment", queue, |services| {
///     let payments = services.field("payments");
///     Some(Arc::new(AuthorisePayment { payments: payments? }))
/// })
/// .with_parallelism(NonZeroUsize::new(8).unwrap())
/// .with_emits(["PaymentAuthorised"]);
/// # Ok::<(), beehive_core::Error>(())
/// ```
#[derive(Clone)]
pub struct ActorDescriptor {
    name: Cow<'static, str>,
    queue: QueueName,
    parallelism: Option<NonZeroUsize>,
    lease: Option<Duration>,
    timeout: Option<Duration>,
    retry: Option<RetryPolicy>,
    order: Order,
    emits: Vec<Cow<'static, str>>,
    location: Option<(&'static str, u32)>,
    build: Arc<Build>,
}

impl ActorDescriptor {
    /// An actor that is built when the hive is, from its services.
    #[must_use]
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        queue: QueueName,
        build: impl Fn(&mut Resolver<'_>) -> Option<Arc<dyn ProcessorActor>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            queue,
            parallelism: None,
            lease: None,
            timeout: None,
            retry: None,
            order: Order::default(),
            emits: Vec::new(),
            location: None,
            build: Arc::new(build),
        }
    }

    /// An actor that is there already.
    #[must_use]
    pub fn of(
        name: impl Into<Cow<'static, str>>,
        queue: QueueName,
        actor: impl ProcessorActor,
    ) -> Self {
        let actor: Arc<dyn ProcessorActor> = Arc::new(actor);
        Self::new(name, queue, move |_| Some(Arc::clone(&actor)))
    }

    /// How many events it processes at one time; otherwise what the hive says.
    #[must_use]
    pub fn with_parallelism(mut self, parallelism: NonZeroUsize) -> Self {
        self.parallelism = Some(parallelism);
        self
    }

    /// How long a lease is, and so how soon an event is redelivered after a crash; it is renewed
    /// while the actor works. Otherwise what the hive says.
    #[must_use]
    pub fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = Some(lease);
        self
    }

    /// How long it may take for one event; otherwise what the hive says.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How often a failed event is tried again; otherwise what the hive says.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = Some(retry);
        self
    }

    /// In which order its queue delivers; any, unless it says so.
    #[must_use]
    pub fn with_order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// The types of the events it may announce.
    #[must_use]
    pub fn with_emits<T: Into<Cow<'static, str>>>(
        mut self,
        event_types: impl IntoIterator<Item = T>,
    ) -> Self {
        self.emits.extend(event_types.into_iter().map(Into::into));
        self
    }

    /// Where it is declared, for messages.
    #[must_use]
    pub fn with_location(mut self, file: &'static str, line: u32) -> Self {
        self.location = Some((file, line));
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The subscription or simple queue it reads.
    pub fn queue(&self) -> &QueueName {
        &self.queue
    }

    /// How many events it processes at one time, if it says so.
    pub fn parallelism(&self) -> Option<NonZeroUsize> {
        self.parallelism
    }

    /// How long a lease is, if it says so.
    pub fn lease(&self) -> Option<Duration> {
        self.lease
    }

    /// How long it may take for one event, if it says so.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// How often a failed event is tried again, if it says so.
    pub fn retry(&self) -> Option<RetryPolicy> {
        self.retry
    }

    /// In which order its queue delivers.
    pub fn order(&self) -> Order {
        self.order
    }

    /// The types of the events it may announce.
    pub fn emits(&self) -> impl Iterator<Item = &str> {
        self.emits.iter().map(AsRef::as_ref)
    }

    /// Where it is declared, as `file:line`.
    pub fn location(&self) -> Option<String> {
        self.location.map(|(file, line)| format!("{file}:{line}"))
    }

    /// Puts something around the actor when it is built.
    #[cfg(feature = "testing")]
    pub(crate) fn wrapped(
        mut self,
        wrap: impl Fn(Arc<dyn ProcessorActor>) -> Arc<dyn ProcessorActor> + Send + Sync + 'static,
    ) -> Self {
        let build = self.build;
        self.build = Arc::new(move |resolver| build(resolver).map(&wrap));
        self
    }

    /// Builds the actor; `None` if the resolver noted what is missing.
    pub fn build(&self, resolver: &mut Resolver<'_>) -> Option<Arc<dyn ProcessorActor>> {
        (self.build)(resolver)
    }
}

impl fmt::Debug for ActorDescriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActorDescriptor")
            .field("name", &self.name)
            .field("queue", &self.queue)
            .field("emits", &self.emits)
            .field("location", &self.location)
            .finish_non_exhaustive()
    }
}
