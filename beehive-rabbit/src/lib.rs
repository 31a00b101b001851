//! beehive on RabbitMQ.
//!
//! # Connections
//!
//! A [`RabbitQueue`] has three connections: one that publishes, one that declares and looks, and one
//! that consumes, or more for thousands of subscriptions. Each is kept up by a task of its own: a
//! lost one is made again after a random pause that grows from 0.1 to 10 seconds, on the next node if
//! there are several, with credentials and certificates that are read anew. What is lost shows in
//! [`health`](beehive_core::queue::EventQueue::health), in the log, once per change, and in the
//! metrics:
//!
//! | metric | kind | label |
//! |---|---|---|
//! | `beehive_rabbit_connections` | gauge: connections that are there | `role` |
//! | `beehive_rabbit_connections_blocked` | gauge: those that the broker takes nothing from, for want of memory or disk | `role` |
//! | `beehive_rabbit_reconnects_total` | counter: connections made again | `role` |
//!
//! `role` is `publish`, `control` or `consume`.
//!
//! # Security
//!
//! - `amqps://` verifies the broker's certificate and that it is for the host in the URL. That cannot
//!   be switched off. Trusted are the authorities of the operating system, or those of
//!   [`with_ca_file`](RabbitConfig::with_ca_file) and then no others.
//! - `amqp://` beyond this machine is refused unless
//!   [`with_plaintext`](RabbitConfig::with_plaintext) allows it.
//! - Passwords are in no error, log or `Debug` output of this crate. The driver, lapin, writes every
//!   frame to its own log at TRACE, the login among them; this crate keeps that out of its log. One
//!   gap is left: a connection that breaks between the broker's greeting and the login may show the
//!   login in `lapin::frames` at TRACE. Do not switch on `lapin=trace` in production.
//!
//! # Features
//!
//! - `tls` (default): `amqps://`, through rustls and ring. Without it `amqps://` is refused.

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
