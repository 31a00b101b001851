//! What nearly every program that uses beehive imports: `use beehive_core::prelude::*;`.

pub use async_trait::async_trait;
pub use serde::{Deserialize, Serialize};

pub use crate::actor::{Actor, ActorError, BlockingActor, IntoEvents, ProcessorActor, ResultExt};
pub use crate::error::ErrorKind;
pub use crate::event::{Event, EventBody, EventId};
pub use crate::hive::Hive;
#[cfg(feature = "macros")]
pub use crate::macros::{EventBody, actor, pulser};
pub use crate::page::{Page, PageRequest};
pub use crate::queue::memory::MemoryQueue;
pub use crate::queue::{EventQueue, EventQueueExt, QueueName};
pub use crate::recovery::RetryPolicy;
pub use crate::schedule::{Pulse, Pulser};
pub use crate::store::{
    Added, Change, Collection, Counter, CounterOutcome, Entity, Etag, KeyList, KeyValue, Lock,
    OperationId, Precondition, PutOptions, Stores, Versioned,
};
