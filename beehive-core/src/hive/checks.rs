//! What can be wrong with a hive before it runs.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::actor::{ActorDescriptor, Missing, Resolver, Services};
use crate::factory::FactorySettings;
use crate::flow::Graph;
use crate::hive::{Finding, HiveBuilder};
use crate::queue::{QueueCapabilities, QueueName};

impl HiveBuilder {
    /// What is wrong without looking into any actor.
    pub(super) fn check(&self, graph: &Graph) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.queue.is_none() {
            findings.push(Finding::NoQueue);
        }
        if self.actors.is_empty() && self.pulsers.is_empty() {
            findings.push(Finding::NothingToRun);
        }
        let mut by_queue: BTreeMap<&QueueName, Vec<String>> = BTreeMap::new();
        for actor in &self.actors {
            let described = match actor.location() {
                Some(location) => format!("`{}` ({location})", actor.name()),
                None => format!("`{}`", actor.name()),
            };
            by_queue.entry(actor.queue()).or_default().push(described);
            if !actor.queue().is_readable() {
                findings.push(Finding::UnreadableQueue {
                    actor: actor.name().to_owned(),
                    queue: actor.queue().clone(),
                });
            }
            findings.extend(bad_topics(actor.name(), actor.emits()));
        }
        for pulser in &self.pulsers {
            findings.extend(bad_topics(pulser.name(), std::iter::once(pulser.topic())));
        }
        findings.extend(bad_topics("entry", self.entries.iter().map(String::as_str)));
        findings.extend(
            by_queue
                .into_iter()
                .filter(|(_, actors)| actors.len() > 1)
                .map(|(queue, actors)| Finding::DuplicateQueue {
                    queue: queue.clone(),
                    actors,
                }),
        );
        findings.extend(
            self.overrides
                .findings(self.actors.iter().map(ActorDescriptor::name)),
        );
        findings.extend(graph.unannounced().map(|step| Finding::UnannouncedTopic {
            actor: step.actor.clone(),
            queue: step.queue.clone(),
            similar: similar(step.queue.topic(), graph),
        }));
        findings
    }
}

fn bad_topics<'a>(
    of: &str,
    topics: impl Iterator<Item = &'a str>,
) -> impl Iterator<Item = Finding> {
    topics.filter_map(move |topic| {
        let error = QueueName::check_word(topic).err()?;
        Some(Finding::BadTopic {
            actor: of.to_owned(),
            error,
        })
    })
}

/// An announced topic that the one meant may be.
fn similar(topic: &str, graph: &Graph) -> Option<String> {
    /// Below this, names have nothing in common.
    const ALIKE: f64 = 0.8;
    graph
        .announced()
        .into_iter()
        .map(|announced| (strsim::jaro_winkler(topic, announced), announced))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, announced)| announced.to_owned())
}

/// What the queue lacks that every actor needs for the events that fail. Found now, it is a sentence;
/// found with the first failure, the event would come back for ever.
pub(super) fn unfit(capabilities: &QueueCapabilities) -> impl Iterator<Item = Finding> {
    let needs = [
        (capabilities.defer, "defer an event"),
        (capabilities.dead_letters, "keep dead letters"),
    ];
    needs
        .into_iter()
        .filter_map(|(able, lacks)| (!able).then_some(Finding::UnfitQueue { lacks }))
}

/// How an actor's times contradict one another or the backend, if they do.
pub(super) fn contradiction(
    settings: &FactorySettings,
    capabilities: &QueueCapabilities,
) -> Option<String> {
    /// Shorter leases expire before anything can be done.
    const LEASE_MIN: Duration = Duration::from_millis(20);
    let (lease, timeout) = (settings.lease(), settings.timeout());
    if lease < LEASE_MIN {
        return Some(format!(
            "a lease of {lease:?} is too short; the least is {LEASE_MIN:?}"
        ));
    }
    if let Some(max) = capabilities.lease_max.filter(|max| lease > *max) {
        return Some(format!(
            "a lease of {lease:?} is longer than the queue allows: {max:?}"
        ));
    }
    if timeout > settings.hold_max() {
        return Some(format!(
            "a time-out of {timeout:?} is longer than an event can be held here: {:?}",
            settings.hold_max()
        ));
    }
    (!capabilities.extend && timeout >= lease).then(|| {
        format!(
            "the queue cannot extend leases, so the time-out of {timeout:?} must be below the \
             lease of {lease:?}"
        )
    })
}

/// Builds something from the services, and notes all that is missing.
pub(super) fn resolve<T>(
    services: &Services,
    name: &str,
    findings: &mut Vec<Finding>,
    build: impl FnOnce(&mut Resolver<'_>) -> Option<T>,
) -> Option<T> {
    let mut resolver = Resolver::new(services);
    let built = build(&mut resolver);
    let missing = resolver.into_missing();
    if built.is_none() && missing.is_empty() {
        findings.push(Finding::NotBuilt {
            actor: name.to_owned(),
        });
    }
    let complete = missing.is_empty();
    findings.extend(missing.into_iter().map(|missing| {
        let Missing {
            field,
            type_name,
            error,
        } = missing;
        Finding::MissingService {
            actor: name.to_owned(),
            field,
            type_name,
            error,
        }
    }));
    built.filter(|_| complete)
}
