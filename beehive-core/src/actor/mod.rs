//! Actors: the business steps, and how the hive learns of them.

mod blocking;
mod descriptor;
mod follow_ups;
mod layer;
mod outcome;
mod processor;
mod registry;
mod services;

pub use self::blocking::{Blocking, BlockingActor};
pub use self::descriptor::{Actor, ActorDescriptor};
pub use self::follow_ups::{FromEvent, IntoActorError, IntoEvents, IntoOutcome};
pub use self::layer::{ActorLayer, ActorService};
pub(crate) use self::layer::{Callee, Ready};
pub use self::outcome::{ActorError, FailureClass, ResultExt};
pub use self::processor::ProcessorActor;
pub use self::registry::ActorRegistration;
pub(crate) use self::registry::{discovered, lies_within};
pub use self::services::{Missing, Resolver, Service, Services};
