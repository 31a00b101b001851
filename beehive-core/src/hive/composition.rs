//! A hive that is put together and not yet running.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::info;

use crate::actor::Callee;
use crate::error::Result;
use crate::event::Codecs;
use crate::factory::{Announcer, Factory, FactoryParts, FactorySettings, Solitude};
use crate::flow::Graph;
use crate::hive::running::RunningHive;
use crate::hive::{DrainReport, HiveBuilder, Publisher, Strictness, topology};
use crate::queue::{DeclareOptions, Guard, Order, QueueName};
use crate::schedule::{Pulse, PulserDescriptor, PulserLoop};
use crate::store::Inbox;

/// Actors, a queue, stores and pulsers, put together and checked.
///
/// Several hives can live in one process; they do not see each other.
///
/// ```
/// use beehive_core::prelude::*;
///
/// #[derive(Serialize, Deserialize, EventBody)]
/// struct Named {
///     name: String,
/// }
///
/// #[derive(Serialize, Deserialize, EventBody)]
/// struct Greeted {
///     text: String,
/// }
///
/// #[actor("Named-Greet", emits(Greeted))]
/// async fn greet(named: Named) -> Result<Event, ActorError> {
///     Ok(Event::of(&Greeted { text: format!("hello {}", named.name) })?)
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), beehive_core::Error> {
///     let hive = Hive::builder("greeter")
///         .queue(MemoryQueue::default())
///         .actor::<greet>()
///         .entry("Named")
///         .build()?;
///     let publisher = hive.publisher();
///     let running = hive.start().await?;
///     publisher.publish(Event::of(&Named { name: "bee".into() })?).await?;
///     # while running.statistics().processed == 0 { tokio::task::yield_now().await; }
///     let report = running.drain().await;
///     assert!(report.is_clean());
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Hive {
    pub(super) name: SmolStr,
    pub(super) guard: Guard,
    pub(super) announcer: Arc<Announcer>,
    pub(super) hired: Vec<Hired>,
    pub(super) pulsers: Vec<HivePulser>,
    pub(super) inbox: Option<Arc<dyn Inbox>>,
    pub(super) codecs: Arc<Codecs>,
    pub(super) graph: Graph,
    pub(super) strictness: Strictness,
    pub(super) grace: Duration,
    pub(super) pulse_timeout: Duration,
}

/// An actor that was built, with all that running it takes.
pub(super) struct Hired {
    pub(super) name: SmolStr,
    pub(super) queue: QueueName,
    pub(super) emits: Vec<SmolStr>,
    pub(super) order: Order,
    pub(super) callee: Callee,
    pub(super) settings: FactorySettings,
}

/// A pulser that was built.
pub(super) struct HivePulser {
    pub(super) descriptor: PulserDescriptor,
    pub(super) pulse: Arc<dyn Pulse>,
}

impl Hive {
    /// Starts to put a hive together. Its name says who announces its events.
    pub fn builder(name: &str) -> HiveBuilder {
        HiveBuilder::new(name)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Announces events to the hive's queue from outside its actors; works while the hive does not
    /// run, too.
    pub fn publisher(&self) -> Publisher {
        Publisher::new(Arc::clone(&self.announcer))
    }

    /// The workflow.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Makes sure that every topic, subscription and simple queue of the workflow exists.
    ///
    /// # Errors
    /// Names every queue that could not be declared, and why: [`ErrorKind::Temporary`] if all of them
    /// may succeed later, else [`ErrorKind::Configuration`].
    ///
    /// [`ErrorKind::Temporary`]: crate::ErrorKind::Temporary
    /// [`ErrorKind::Configuration`]: crate::ErrorKind::Configuration
    pub async fn declare(&self) -> Result<()> {
        topology::declare(&self.guard, &self.queues()).await
    }

    /// Declares the queues and starts all actors and pulsers.
    ///
    /// # Errors
    /// As [`declare`](Self::declare); nothing runs then.
    ///
    /// # Cancel safety
    /// Dropping the future starts nothing; some queues may be declared.
    pub async fn start(self) -> Result<RunningHive> {
        self.declare().await?;
        let (stop, grace) = (CancellationToken::new(), CancellationToken::new());
        let tracker = TaskTracker::new();
        let solitude = Arc::new(Solitude::default());
        let host = SmolStr::new(gethostname::gethostname().to_string_lossy());
        let publisher = self.publisher();
        let factories: Vec<_> = self
            .hired
            .into_iter()
            .map(|hired| {
                Factory::new(FactoryParts {
                    name: hired.name,
                    hive: self.name.clone(),
                    host: host.clone(),
                    queue: hired.queue,
                    order: hired.order,
                    callee: hired.callee,
                    emits: hired.emits,
                    settings: hired.settings,
                    strictness: self.strictness,
                    guard: self.guard.clone(),
                    announcer: Arc::clone(&self.announcer),
                    inbox: self.inbox.clone(),
                    codecs: Arc::clone(&self.codecs),
                    stop: stop.clone(),
                    grace: grace.clone(),
                    tracker: tracker.clone(),
                    solitude: Arc::clone(&solitude),
                })
            })
            .collect();
        for factory in &factories {
            factory.start();
        }
        for pulser in self.pulsers {
            let pulser = PulserLoop::new(
                &self.name,
                pulser.descriptor,
                pulser.pulse,
                publisher.clone(),
                self.pulse_timeout,
            );
            tracker.spawn(pulser.run(stop.clone()));
        }
        info!(hive = %self.name, actors = factories.len(), "started");
        Ok(RunningHive::new(
            self.name, self.guard, publisher, factories, stop, grace, tracker, self.grace,
        ))
    }

    /// Runs until the future is done, then drains.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    ///
    /// # Cancel safety
    /// Dropping the future stops the hive without waiting; leases expire by themselves.
    pub async fn run_until(self, stop: impl Future<Output = ()> + Send) -> Result<DrainReport> {
        let running = self.start().await?;
        stop.await;
        Ok(running.drain().await)
    }

    fn queues(&self) -> BTreeMap<QueueName, DeclareOptions> {
        let topics = self.graph.topics();
        let topics = topics
            .into_iter()
            // The builder has checked that each can be a topic.
            .filter_map(|topic| QueueName::of_topic(topic).ok());
        let read = self
            .hired
            .iter()
            .map(|hired| (hired.queue.clone(), hired.order));
        // One subscription that keeps order needs a topic that can.
        let order_of = |topic: &QueueName| {
            let is_in_order = self.hired.iter().any(|hired| {
                hired.order == Order::BySubject && hired.queue.topic() == topic.topic()
            });
            if is_in_order {
                Order::BySubject
            } else {
                Order::Any
            }
        };
        // A simple queue is not a topic.
        let simple: BTreeSet<_> = self
            .hired
            .iter()
            .filter(|hired| hired.queue.subscription().is_none())
            .map(|hired| hired.queue.topic().to_owned())
            .collect();
        topics
            .filter(|name| !simple.contains(name.topic()))
            .map(|name| {
                let order = order_of(&name);
                (name, order)
            })
            .chain(read)
            .map(|(name, order)| (name, DeclareOptions::default().with_order(order)))
            .collect()
    }
}

impl std::fmt::Debug for Hired {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} on {}", self.name, self.queue)
    }
}

impl std::fmt::Debug for HivePulser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.descriptor, f)
    }
}
