//! Pulsers: events that come by the clock.

use std::borrow::Cow;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use smol_str::{SmolStr, format_smolstr};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::actor::{ActorError, Resolver, lies_within};
use crate::event::Event;
use crate::hive::Publisher;
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
    /// Reported, and treated as nothing to do; so is one that takes longer than an actor may.
    async fn pulse(&self) -> Result<Vec<Event>, ActorError>;
}

/// A type that `#[pulser(…)]` declared, or that declares itself by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not declared as a pulser",
    note = "add `#[pulser(\"Topic\", every = \"5m\")]` to `{Self}`, or give the hive a `PulserDescriptor` made by hand"
)]
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

/// Every declared pulser of the program whose module lies in one of these, sorted by name.
pub(crate) fn discovered_pulsers(within: &[&str]) -> Vec<PulserDescriptor> {
    let mut descriptors: Vec<_> = inventory::iter::<PulserRegistration>
        .into_iter()
        .filter(|registration| lies_within(registration.module, within))
        .flat_map(|registration| (registration.descriptors)())
        .collect();
    descriptors.sort_by(|a, b| (a.name(), a.topic()).cmp(&(b.name(), b.topic())));
    descriptors
}

/// Pulses until it is stopped.
pub(crate) struct PulserLoop {
    descriptor: PulserDescriptor,
    pulse: Arc<dyn Pulse>,
    publisher: Publisher,
    source: SmolStr,
    timeout: Duration,
}

impl PulserLoop {
    pub(crate) fn new(
        hive: &str,
        descriptor: PulserDescriptor,
        pulse: Arc<dyn Pulse>,
        publisher: Publisher,
        timeout: Duration,
    ) -> Self {
        Self {
            source: format_smolstr!("{hive}/{}", descriptor.name()),
            descriptor,
            pulse,
            publisher,
            timeout,
        }
    }

    /// Waits an interval, pulses, again. A pulse that is under way when the hive stops is dropped;
    /// the next start makes another.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let pulsing = async {
            let mut idle = 0_u32;
            loop {
                let interval = self.descriptor.interval();
                sleep(interval.with_jitter_at(idle, fastrand::f64())).await;
                idle = match self.pulse_once().await {
                    Announced::Something => 0,
                    Announced::Nothing => idle.saturating_add(1),
                };
            }
        };
        tokio::select! {
            () = pulsing => {}
            () = stop.cancelled() => {}
        }
    }

    async fn pulse_once(&self) -> Announced {
        let name = self.descriptor.name();
        let pulse = AssertUnwindSafe(self.pulse.pulse()).catch_unwind();
        let events = match timeout(self.timeout, pulse).await {
            Ok(Ok(Ok(events))) => events,
            Ok(Ok(Err(error))) => {
                warn!(pulser = name, %error, "the pulse failed");
                return Announced::Nothing;
            }
            Ok(Err(_)) => {
                warn!(pulser = name, "the pulse panicked");
                return Announced::Nothing;
            }
            Err(_) => {
                warn!(pulser = name, limit = ?self.timeout, "the pulse took too long");
                return Announced::Nothing;
            }
        };
        if events.is_empty() {
            return Announced::Nothing;
        }
        let events: Vec<_> = events
            .into_iter()
            .map(|event| event.with_source(&self.source))
            .collect();
        match self.publisher.publish_all(&events).await {
            Ok(()) => debug!(pulser = name, events = events.len(), "pulsed"),
            Err(error) => warn!(pulser = name, %error, "the pulse was not published"),
        }
        Announced::Something
    }
}

/// Whether a pulse had anything to say.
enum Announced {
    Something,
    Nothing,
}
