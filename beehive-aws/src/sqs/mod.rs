//! Queues on SNS and SQS.

mod arns;
mod batches;
mod bodies;
mod calls;
mod codec;
mod condition;
mod dead_letters;
mod delay;
mod names;
mod options;
mod parts;
mod publisher;
mod queue;
mod receiver;
#[cfg(test)]
mod stub;
mod topology;

pub use self::options::{QueueEncryption, SqsOptions};
pub use self::queue::SqsQueue;
