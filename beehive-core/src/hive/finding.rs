//! What is wrong with a hive before it runs, each with its remedy.

use std::fmt;

use crate::error::{Error, ErrorKind};
use crate::queue::QueueName;

/// One thing that is wrong, or may be, with what a hive was given.
#[derive(Debug)]
#[non_exhaustive]
pub enum Finding {
    /// No queue was given.
    NoQueue,
    /// There is no actor and no pulser.
    NothingToRun,
    /// Several actors read one queue.
    DuplicateQueue {
        /// The queue.
        queue: QueueName,
        /// Their names, with where they are declared.
        actors: Vec<String>,
    },
    /// An actor reads a topic, which nobody can.
    UnreadableQueue {
        /// The actor.
        actor: String,
        /// The topic.
        queue: QueueName,
    },
    /// A field of an actor or pulser cannot be filled.
    MissingService {
        /// The actor or pulser.
        actor: String,
        /// The field.
        field: &'static str,
        /// Its type.
        type_name: &'static str,
        /// Why, and what to do.
        error: Error,
    },
    /// The actor was not built although nothing was missing.
    NotBuilt {
        /// The actor or pulser.
        actor: String,
    },
    /// Nobody announces what an actor reads; perhaps the name is misspelt.
    UnannouncedTopic {
        /// The actor.
        actor: String,
        /// The queue it reads.
        queue: QueueName,
        /// A topic that is announced and looks alike.
        similar: Option<String>,
    },
    /// An event type that an actor or pulser announces cannot be a topic.
    BadTopic {
        /// The actor or pulser.
        actor: String,
        /// Why.
        error: Error,
    },
    /// The queue lacks what recovery needs: an event that fails could be neither retried nor given up.
    UnfitQueue {
        /// What it cannot do.
        lacks: &'static str,
    },
    /// An actor asks for an order that the queue cannot keep.
    NoOrder {
        /// The actor.
        actor: String,
    },
    /// Times contradict one another or the backend.
    BadTimes {
        /// The actor.
        actor: String,
        /// How.
        message: String,
    },
    /// An override names nothing that is there, or its value cannot be read.
    BadOverride {
        /// Its name.
        name: String,
        /// Why.
        message: String,
    },
}

impl Finding {
    /// Whether it is an error only in strict mode.
    pub fn is_warning(&self) -> bool {
        matches!(self, Self::UnannouncedTopic { .. })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoQueue => f.write_str(
                "the hive has no queue; give one with `.queue(MemoryQueue::default())` or that of \
                 a backend",
            ),
            Self::NothingToRun => f.write_str(
                "the hive has no actors and no pulsers; add them with `.actor::<MyActor>()`, or \
                 `.discover()` those declared with `#[actor(…)]`; a crate that only declares \
                 actors must be named in code to be linked: `use my_actors as _;`",
            ),
            Self::DuplicateQueue { queue, actors } => write!(
                f,
                "{} actors read `{queue}`: {}; give each its own subscription, such as `{}-Other`",
                actors.len(),
                actors.join(", "),
                queue.topic(),
            ),
            Self::UnreadableQueue { actor, queue } => write!(
                f,
                "`{actor}` reads `{queue}`, which is a topic; name a subscription to it, such as \
                 `{queue}{actor}`",
            ),
            Self::MissingService {
                actor,
                field,
                type_name,
                error,
            } => write!(f, "`{actor}` needs a `{type_name}` for `{field}`: {error}"),
            Self::NotBuilt { actor } => write!(
                f,
                "`{actor}` was not built though nothing was missing; its build function returned \
                 `None`"
            ),
            Self::UnannouncedTopic {
                actor,
                queue,
                similar,
            } => {
                write!(
                    f,
                    "`{actor}` reads `{queue}`, but nobody announces `{}`; ",
                    queue.topic()
                )?;
                if let Some(similar) = similar {
                    write!(f, "did you mean `{similar}`? otherwise ")?;
                }
                write!(
                    f,
                    "add it to the `emits(…)` of who does, or declare that it comes from outside \
                     with `.entry(\"{}\")`",
                    queue.topic()
                )
            }
            Self::BadTopic { actor, error } => {
                write!(f, "`{actor}` announces what cannot be a topic: {error}")
            }
            Self::UnfitQueue { lacks } => write!(
                f,
                "the queue cannot {lacks}, which recovery needs; use a backend whose capabilities \
                 include it"
            ),
            Self::NoOrder { actor } => write!(
                f,
                "`{actor}` asks for its events in order by subject, which the queue cannot keep; use \
                 a backend that can, or have the actor do without"
            ),
            Self::BadTimes { actor, message } => write!(f, "`{actor}`: {message}"),
            Self::BadOverride { name, message } => write!(f, "override `{name}`: {message}"),
        }
    }
}

/// Everything that is wrong with what a hive was given.
pub struct BuildError {
    findings: Vec<Finding>,
}

impl BuildError {
    pub(super) fn new(findings: Vec<Finding>) -> Self {
        Self { findings }
    }

    /// The findings, at least one.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.findings.as_slice() {
            [only] => write!(f, "the hive cannot run: {only}"),
            findings => {
                write!(f, "the hive cannot run, for {} reasons:", findings.len())?;
                findings
                    .iter()
                    .try_for_each(|finding| write!(f, "\n  - {finding}"))
            }
        }
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for BuildError {}

impl From<BuildError> for Error {
    fn from(error: BuildError) -> Self {
        Self::new(ErrorKind::Configuration, "the hive cannot run")
            .with_operation("build hive")
            .with_source(error)
    }
}
