//! beehive on RabbitMQ: not there yet.
//!
//! This crate will hold a queue backend for RabbitMQ, behind the contract of
//! [`EventQueue`](beehive_core::queue::EventQueue): topics as exchanges, subscriptions as queues,
//! durable delays without a plugin, and connections that are restored without a restart of the
//! process. It exports nothing so far, so that nobody builds on what may change.
