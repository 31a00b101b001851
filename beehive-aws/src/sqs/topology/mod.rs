//! Topics and queues: what they should be, whether they are, and making them so.

mod deletion;
mod desk;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod hearing;
mod moves;
mod plan;
mod policy;
mod queues;
mod subscriptions;
mod topics;
#[expect(clippy::module_inception, reason = "the concept of this folder")]
mod topology;

pub(super) use self::desk::{QueueDesk, TopicDesk};
pub(super) use self::moves::{Move, Moving, Started};
pub(super) use self::queues::Counts;
pub(super) use self::topology::Topology;
