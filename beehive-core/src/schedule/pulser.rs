//! Pulsers: events that come by the clock.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::actor::{ActorError, Resolver};
use crate::event::Event;
use crate::schedule::Interval;

/// Makes the events of a pulse.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a pulse",
    note = "write `#[async_trait] impl Pulse for {Self} {{ async fn pulse(&self) -> Result<Vec<Event>, ActorError> {{ … }} }}`"
)]
#[async_trait]
pub trait Pulse: Send + Sync + 'static {
    /// The events to announce now. None means that there is nothing to do, which lets a growing
    /// interval grow; any event starts it over.
    ///
    /// # Errors
    /// Reported, and treated as nothing to do.
    async fn pulse(&self) -> Result<Vec<Event>, ActorError>;
}

/// A type that `#[pulser(…)]` declared, or that declares itself by hand.
pub trait Pulser: Sized + 'static {
    /// What the hive is to know of it.
    fn descriptors() -> Vec<PulserDescriptor>;
}

type Build = dyn Fn(&mut Resolver<'_>) -> Option<Arc<dyn Pulse>> + Send + Sync;

/// One pulser: what it announces, and how often.
#[derive(Clone)]
pub struct PulserDescriptor {
    name: Cow<'static, str>,
    topic: Cow<'static, str>,
    interval: Interval,
    location: Option<(&'static str, u32)>,
    build: Arc<Build>,
}

impl PulserDescriptor {
    /// A pulser that is built when the hive is, from its services.
    #[must_use]
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        topic: impl Into<Cow<'static, str>>,
        interval: Interval,
        build: impl Fn(&mut Resolver<'_>) -> Option<Arc<dyn Pulse>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            topic: topic.into(),
            interval,
            location: None,
            build: Arc::new(build),
        }
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

    /// The topic it announces to.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// How often.
    pub fn interval(&self) -> Interval {
        self.interval
    }

    /// Where it is declared, as `file:line`.
    pub fn location(&self) -> Option<String> {
        self.location.map(|(file, line)| format!("{file}:{line}"))
    }

    /// Builds it; `None` if the resolver noted what is missing.
    pub fn build(&self, resolver: &mut Resolver<'_>) -> Option<Arc<dyn Pulse>> {
        (self.build)(resolver)
    }
}

impl fmt::Debug for PulserDescriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PulserDescriptor")
            .field("name", &self.name)
            .field("topic", &self.topic)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

/// What `#[pulser(…)]` leaves behind for the hive to find.
#[derive(Clone, Copy, Debug)]
pub struct PulserRegistration {
    module: &'static str,
    descriptors: fn() -> Vec<PulserDescriptor>,
}

impl PulserRegistration {
    /// Registers a pulser declared in this module.
    #[must_use]
    pub const fn new<P: Pulser>(module: &'static str) -> Self {
        Self {
            module,
            descriptors: P::descriptors,
        }
    }
}

inventory::collect!(PulserRegistration);
