//! Puts a hive together.

use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use tower::{Layer, Service};
use tracing::warn;

use crate::actor::{
    Actor, ActorDescriptor, ActorLayer, ActorService, Callee, ProcessorActor, Services, discovered,
};
use crate::error::BoxError;
use crate::event::{Codec, Codecs, Event, EventLimits};
use crate::factory::{Announcer, FactorySettings};
use crate::flow::Graph;
use crate::hive::checks::{contradiction, resolve, unfit};
use crate::hive::composition::{Hired, Hive, HivePulser};
use crate::hive::overrides::Overrides;
use crate::hive::{BuildError, Finding, Strictness};
use crate::queue::{EventQueue, Guard, Order, QueueCapabilities};
use crate::schedule::{Pulser, PulserDescriptor, discovered_pulsers};
use crate::store::Stores;

/// How long a stopping hive waits for what is in work.
const GRACE_DEFAULT: Duration = Duration::from_secs(30);

/// Puts a hive together; made by [`Hive::builder`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct HiveBuilder {
    name: SmolStr,
    pub(super) queue: Option<Arc<dyn EventQueue>>,
    services: Services,
    pub(super) actors: Vec<ActorDescriptor>,
    pub(super) pulsers: Vec<PulserDescriptor>,
    layers: Vec<ActorLayer>,
    codecs: Codecs,
    pub(super) entries: Vec<String>,
    settings: FactorySettings,
    pub(super) overrides: Overrides,
    limits: EventLimits,
    strictness: Strictness,
    grace: Duration,
}

impl HiveBuilder {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: SmolStr::new(name),
            queue: None,
            services: Services::default(),
            actors: Vec::new(),
            pulsers: Vec::new(),
            layers: Vec::new(),
            codecs: Codecs::default(),
            entries: Vec::new(),
            settings: FactorySettings::default(),
            overrides: Overrides::default(),
            limits: EventLimits::default(),
            strictness: Strictness::default(),
            grace: GRACE_DEFAULT,
        }
    }

    /// Runs on this queue.
    pub fn queue(self, queue: impl EventQueue) -> Self {
        self.shared_queue(Arc::new(queue))
    }

    /// Runs on this queue, which others use too.
    pub fn shared_queue(mut self, queue: Arc<dyn EventQueue>) -> Self {
        self.queue = Some(queue);
        self
    }

    /// Gives these stores to actors. With an inbox among them, processing is idempotent.
    pub fn stores(mut self, stores: Stores) -> Self {
        self.services = self.services.with_stores(stores);
        self
    }

    /// Gives a value to the actors that have a field of its type; usually an `Arc<dyn Trait>`,
    /// named as the type parameter.
    pub fn service<T: Clone + Send + Sync + 'static>(mut self, service: T) -> Self {
        self.services = self.services.with(service);
        self
    }

    /// Runs an actor that was declared with `#[actor(…)]`.
    pub fn actor<A: Actor>(mut self) -> Self {
        self.actors.extend(A::descriptors());
        self
    }

    /// Runs an actor that was declared by hand.
    pub fn register(mut self, descriptor: ActorDescriptor) -> Self {
        self.actors.push(descriptor);
        self
    }

    /// Runs a pulser that was declared with `#[pulser(…)]`.
    pub fn pulser<P: Pulser>(mut self) -> Self {
        self.pulsers.extend(P::descriptors());
        self
    }

    /// Runs a pulser that was declared by hand.
    pub fn register_pulser(mut self, descriptor: PulserDescriptor) -> Self {
        self.pulsers.push(descriptor);
        self
    }

    /// Runs every actor and pulser that was declared in a crate linked into this program.
    ///
    /// A crate that is named in `Cargo.toml` but not in code is not linked: write
    /// `use my_actors as _;`.
    pub fn discover(self) -> Self {
        self.discover_in(&[])
    }

    /// As [`discover`](Self::discover), but only what is declared in these modules or below, such
    /// as `my_crate::actors`.
    pub fn discover_in(mut self, modules: &[&str]) -> Self {
        self.actors.extend(discovered(modules));
        self.pulsers.extend(discovered_pulsers(modules));
        self
    }

    /// Puts a `tower` layer around every actor; the first is the outermost. Each actor gets its own
    /// service, shared by all its calls: a limit is a limit per actor.
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<ActorService> + Send + Sync + 'static,
        L::Service: Service<Event, Response = Vec<Event>> + Send + 'static,
        <L::Service as Service<Event>>::Error: Into<BoxError>,
        <L::Service as Service<Event>>::Future: Send + 'static,
    {
        self.layers.push(ActorLayer::new(layer));
        self
    }

    /// Reads bodies of the codec's content type.
    pub fn codec(mut self, codec: impl Codec) -> Self {
        self.codecs = self.codecs.with(codec);
        self
    }

    /// Declares that events of this type come from outside the hive.
    pub fn entry(mut self, topic: impl Into<String>) -> Self {
        self.entries.push(topic.into());
        self
    }

    /// How actors are run that do not say so themselves.
    pub fn settings(mut self, settings: FactorySettings) -> Self {
        self.settings = settings;
        self
    }

    /// Overrides settings of single actors: `BEEHIVE_ACTOR_<NAME>_PARALLELISM`, `…_LEASE`,
    /// `…_TIMEOUT`, with the actor's name as in `AUTHORISE_PAYMENT`. Give it `std::env::vars()`;
    /// variables of other names mean nothing.
    pub fn overrides(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.overrides = Overrides::read(variables);
        self
    }

    /// How large events may be, within what the queue allows.
    pub fn limits(mut self, limits: EventLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Makes an error of whatever contradicts the declared workflow; see [`Strictness`].
    pub fn strict(mut self) -> Self {
        self.strictness = Strictness::Strict;
        self
    }

    /// How long a stopping hive waits for what is in work. The default is 30 seconds.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Checks everything and builds the actors. Nothing is sent yet.
    ///
    /// # Errors
    /// [`BuildError`] with all that is wrong, each with its remedy.
    pub fn build(self) -> Result<Hive, BuildError> {
        let graph = Graph::new(
            &self.actors,
            &self.pulsers,
            self.entries.iter().map(String::as_str),
        );
        let mut findings = self.check(&graph);
        if !self.actors.is_empty() {
            findings.extend(unfit(&self.capabilities()));
        }
        let mut hired = Vec::new();
        for descriptor in &self.actors {
            let built = resolve(
                &self.services,
                descriptor.name(),
                &mut findings,
                |resolver| descriptor.build(resolver),
            );
            let Some(actor) = built else { continue };
            let capabilities = self.capabilities();
            if descriptor.order() == Order::BySubject && !capabilities.ordered_by_subject {
                findings.push(Finding::NoOrder {
                    actor: descriptor.name().to_owned(),
                });
            }
            let settings = self.settings_of(descriptor);
            if let Some(message) = contradiction(&settings, &capabilities) {
                findings.push(Finding::BadTimes {
                    actor: descriptor.name().to_owned(),
                    message,
                });
            }
            hired.push(self.hire(descriptor, settings, actor));
        }
        let mut pulsers = Vec::new();
        for descriptor in &self.pulsers {
            let built = resolve(
                &self.services,
                descriptor.name(),
                &mut findings,
                |resolver| descriptor.build(resolver),
            );
            pulsers.extend(built.map(|pulse| HivePulser {
                descriptor: descriptor.clone(),
                pulse,
            }));
        }
        let fatal = |finding: &Finding| self.strictness.is_strict() || !finding.is_warning();
        for finding in findings.iter().filter(|finding| !fatal(finding)) {
            warn!(hive = %self.name, "{finding}");
        }
        findings.retain(fatal);
        if !findings.is_empty() {
            return Err(BuildError::new(findings));
        }
        let Some(queue) = self.queue else {
            return Err(BuildError::new(vec![Finding::NoQueue]));
        };
        let guard = Guard::new(queue, self.limits);
        let readers = hired.iter().map(|hired| hired.queue.clone());
        let announcer = Announcer::new(guard.clone(), readers, self.settings.publish_timeout());
        Ok(Hive {
            name: self.name,
            announcer: Arc::new(announcer),
            guard,
            hired,
            pulsers,
            inbox: self.services.stores().inbox(),
            codecs: Arc::new(self.codecs),
            graph,
            strictness: self.strictness,
            grace: self.grace,
            pulse_timeout: self.settings.timeout(),
        })
    }

    /// The stores it was given.
    #[cfg(feature = "testing")]
    pub(crate) fn given_stores(&self) -> &Stores {
        self.services.stores()
    }

    /// Changes every actor added so far.
    #[cfg(feature = "testing")]
    pub(crate) fn map_actors(
        mut self,
        change: impl Fn(ActorDescriptor) -> ActorDescriptor,
    ) -> Self {
        self.actors = self.actors.into_iter().map(change).collect();
        self
    }

    fn hire(
        &self,
        descriptor: &ActorDescriptor,
        settings: FactorySettings,
        actor: Arc<dyn ProcessorActor>,
    ) -> Hired {
        Hired {
            name: SmolStr::new(descriptor.name()),
            queue: descriptor.queue().clone(),
            emits: descriptor.emits().map(SmolStr::new).collect(),
            order: descriptor.order(),
            callee: Callee::new(actor, &self.layers),
            settings,
        }
    }

    /// The hive's settings, then what the actor says, then what is overridden.
    fn settings_of(&self, descriptor: &ActorDescriptor) -> FactorySettings {
        let mut settings = self.settings;
        if let Some(parallelism) = descriptor.parallelism() {
            settings = settings.with_parallelism(parallelism);
        }
        if let Some(lease) = descriptor.lease() {
            settings = settings.with_lease(lease);
        }
        if let Some(timeout) = descriptor.timeout() {
            settings = settings.with_timeout(timeout);
        }
        if let Some(retry) = descriptor.retry() {
            settings = settings.with_retry(retry);
        }
        settings = self.overrides.apply(descriptor.name(), settings);
        // An actor that may take long may also hold its event so long.
        let hold_max = settings.hold_max().max(settings.timeout() * 2);
        let lease_max = self.capabilities().lease_max;
        settings.with_hold_max(lease_max.map_or(hold_max, |max| hold_max.min(max)))
    }

    /// What the queue can do; if there is none yet, that is a finding of its own.
    fn capabilities(&self) -> QueueCapabilities {
        let queue = self.queue.as_deref();
        queue.map_or_else(QueueCapabilities::full, |queue| {
            queue.capabilities().clone()
        })
    }
}
