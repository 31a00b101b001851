//! beehive on RabbitMQ.

mod codec;
mod config;
mod connection;
mod dead_letters;
mod error;
mod publisher;
mod rabbit_queue;
mod receiver;
mod topology;

pub use self::config::{
    Credentials, CredentialsProvider, Namespace, Plaintext, QueueType, RabbitConfig, TopologyMode,
};
pub use self::rabbit_queue::RabbitQueue;
