//! An AWS to break: a proxy of HTTP on loopback between clients and what stands for AWS.
//!
//! A [`Gate`] passes every request on until [rules](Rule) say otherwise, and may be told others at any
//! time. It tells the services apart and answers in their words, so that what comes through it looks
//! to any client, also in another process, like AWS on a bad day. What happens to a request is a
//! [`Fault`]; which requests meet it comes from a seed.
//!
//! What is behind it must not check signatures, since of a batch it may pass on a part only.

mod answers;
mod batches;
mod body;
mod call;
mod counts;
mod decision;
mod dice;
mod ending;
mod fault;
mod line;
mod orders;
mod passage;
mod rule;
mod server;
mod service;
mod upstream;

pub use self::answers::{Answer, answer};
pub use self::call::Call;
pub use self::counts::{Counts, Hits};
pub use self::dice::Dice;
pub use self::fault::Fault;
pub use self::rule::Rule;
pub use self::server::Gate;
pub use self::service::Service;

#[cfg(test)]
mod tests;
