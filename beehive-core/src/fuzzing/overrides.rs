//! Settings of actors from the environment.

use super::Form;
use crate::actor::{ActorDescriptor, ActorError, ProcessorActor};
use crate::error::ErrorKind;
use crate::event::Event;
use crate::hive::{Finding, Hive};
use crate::queue::QueueName;
use crate::queue::memory::MemoryQueue;

#[derive(Debug)]
struct Idle;

#[async_trait::async_trait]
impl ProcessorActor for Idle {
    async fn process(&self, _: Event) -> Result<Vec<Event>, ActorError> {
        Ok(Vec::new())
    }
}

/// Variables in a [`Form`].
///
/// Each that is meant for an actor is used or found wrong by its name, before anything runs; others
/// mean nothing.
pub fn actor_override(data: &[u8]) {
    let form = Form::read(data);
    let variables: Vec<_> = form
        .headers()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let actor = ActorDescriptor::of("Idle", QueueName::of_queue("Jobs").unwrap(), Idle);
    let hive = Hive::builder("fuzzed")
        .queue(MemoryQueue::default())
        .register(actor)
        .overrides(variables.iter().cloned())
        .build();
    let Err(error) = hive else {
        let is_ours = |(name, _): &&(String, String)| name.starts_with("BEEHIVE_ACTOR_");
        for (name, value) in variables.iter().filter(is_ours) {
            let setting = name.strip_prefix("BEEHIVE_ACTOR_IDLE_").unwrap();
            assert!(
                ["PARALLELISM", "LEASE", "TIMEOUT"].contains(&setting),
                "{name}"
            );
            assert!(!value.is_empty(), "{name}");
        }
        return;
    };
    for finding in error.findings() {
        match finding {
            Finding::BadOverride { name, .. } => {
                assert!(variables.iter().any(|(given, _)| given == name), "{name}");
            }
            // Times that can be read may contradict one another.
            Finding::BadTimes { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(crate::Error::from(error).kind(), ErrorKind::Configuration);
}
