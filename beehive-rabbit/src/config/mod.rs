//! How to reach the broker, and how to use it.

mod namespace;
mod rabbit_config;

pub use self::namespace::Namespace;
pub use self::rabbit_config::{QueueType, RabbitConfig, TopologyMode};
