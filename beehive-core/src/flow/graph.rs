//! The graph itself, built from what actors and pulsers declare.

use std::collections::{BTreeMap, BTreeSet};

use crate::actor::ActorDescriptor;
use crate::queue::QueueName;
use crate::schedule::PulserDescriptor;

/// One actor in the workflow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// What it reads.
    pub queue: QueueName,
    /// Its name.
    pub actor: String,
    /// The event types it announces, sorted.
    pub emits: Vec<String>,
}

/// The workflow of a hive, as its actors declare it.
///
/// ```
/// use beehive_core::actor::ActorDescriptor;
/// use beehive_core::flow::Graph;
/// use beehive_core::prelude::*;
///
/// struct Pay;
///
/// #[async_trait]
/// impl ProcessorActor for Pay {
///     async fn process(&self, _: Event) -> Result<Vec<Event>, ActorError> {
///         Ok(vec![])
///     }
/// }
///
/// let pay = ActorDescriptor::of("Pay", "OrderAccepted-Payment".parse()?, Pay)
///     .with_emits(["PaymentAuthorised"]);
/// let graph = Graph::new([&pay], [], ["OrderAccepted"]);
/// assert!(graph.mermaid().contains("OrderAccepted"));
/// assert_eq!(graph.end_points().collect::<Vec<_>>(), ["PaymentAuthorised"]);
/// # Ok::<(), beehive_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    steps: BTreeSet<Step>,
    /// Pulsers by name, with the topic of each.
    pulsers: BTreeMap<String, String>,
    entries: BTreeSet<String>,
}

impl Graph {
    /// The workflow of these actors and pulsers, with the topics that are announced from outside.
    pub fn new<'a>(
        actors: impl IntoIterator<Item = &'a ActorDescriptor>,
        pulsers: impl IntoIterator<Item = &'a PulserDescriptor>,
        entries: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let steps = actors.into_iter().map(|actor| {
            let mut emits: Vec<String> = actor.emits().map(ToOwned::to_owned).collect();
            emits.sort_unstable();
            emits.dedup();
            Step {
                queue: actor.queue().clone(),
                actor: actor.name().to_owned(),
                emits,
            }
        });
        let pulsers = pulsers
            .into_iter()
            .map(|pulser| (pulser.name().to_owned(), pulser.topic().to_owned()));
        Self {
            steps: steps.collect(),
            pulsers: pulsers.collect(),
            entries: entries.into_iter().map(ToOwned::to_owned).collect(),
        }
    }

    /// The actors, by queue.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter()
    }

    /// The pulsers, each with the topic it announces to.
    pub fn pulsers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pulsers
            .iter()
            .map(|(name, topic)| (name.as_str(), topic.as_str()))
    }

    /// The topics that are announced from outside.
    pub fn entries(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(String::as_str)
    }

    /// Every topic, whether announced or read, sorted.
    pub fn topics(&self) -> BTreeSet<&str> {
        let read = self.steps.iter().map(|step| step.queue.topic());
        self.announced().into_iter().chain(read).collect()
    }

    /// The topics that somebody announces.
    pub fn announced(&self) -> BTreeSet<&str> {
        let by_actors = self.steps.iter().flat_map(|step| &step.emits);
        by_actors
            .chain(self.pulsers.values())
            .chain(&self.entries)
            .map(String::as_str)
            .collect()
    }

    /// The topics that are announced and that nobody reads: where the workflow ends.
    pub fn end_points(&self) -> impl Iterator<Item = &str> {
        let read: BTreeSet<&str> = self.steps.iter().map(|step| step.queue.topic()).collect();
        self.announced()
            .into_iter()
            .filter(move |topic| !read.contains(topic))
    }

    /// The actors that read what nobody announces.
    pub fn unannounced(&self) -> impl Iterator<Item = &Step> {
        let announced = self.announced();
        self.steps
            .iter()
            .filter(move |step| !announced.contains(step.queue.topic()))
    }

    /// The graph as a Mermaid flowchart.
    pub fn mermaid(&self) -> String {
        super::mermaid::render(self)
    }

    /// The graph in Graphviz' DOT language.
    pub fn dot(&self) -> String {
        super::dot::render(self)
    }
}
