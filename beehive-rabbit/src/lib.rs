//! beehive on RabbitMQ: topics are exchanges, subscriptions are quorum queues, delays are durable and
//! need no plugin, and what is lost with a connection comes back by itself.
//!
//! ```no_run
//! use beehive_core::prelude::*;
//! use beehive_rabbit::{RabbitConfig, RabbitQueue};
//!
//! # async fn example() -> Result<(), beehive_core::Error> {
//! let config = RabbitConfig::from_env()?.with_namespace("shop".parse()?);
//! let hive = Hive::builder("shop").queue(RabbitQueue::connect(config).await?);
//! # let _ = hive;
//! # Ok(())
//! # }
//! ```
//!
//! # What it guarantees, and what not
//!
//! The suite `beehive_core::conformance::queue` passes with quorum and with classic queues on RabbitMQ
//! 3.10.8. For 4.x its documentation was followed; nothing was run on it, nor on a cluster.
//!
//! | | quorum queues (default) | classic queues |
//! |---|---|---|
//! | a confirmed event survives the broker's restart or SIGKILL | yes; a queue made less than two seconds before may not | yes |
//! | ... and the loss of a node | by majority | no |
//! | an event that nobody is subscribed to is noticed | yes, each one | yes, each one |
//! | ... if it was published with a delay | no: it ends in `delay.undelivered`, for 14 days | the same |
//! | a full queue refuses, and drops nothing | yes | yes |
//! | leases | tied to the connection, with a deadline of our own; renewed up to half of the consumer time-out (15 min) | the same |
//! | a lease lost with its connection is told at once | yes | yes |
//! | attempts | every delivery counts, those that never reached an actor too (from 4.3 on not those handed back) | exact, but crashes are not seen |
//! | an event that kills its process is given up in the end | yes | no |
//! | delays and deferrals of any length, durable, no plugin | yes, up to 125 ms late, and some ms per step | the same |
//! | ... that fall due while the only node is down | come up to three minutes late; see the operating page | the same |
//! | dead letters: count, list, get, redrive, purge | yes; up to 1,000 are counted exactly | the same |
//! | order | as published, until something is redelivered | the same |
//! | exactly once | no: at least once, and effectively once with an inbox | the same |
//! | lease longer than the broker's consumer time-out | refused | refused |
//! | policies that drop messages (`drop-head`, TTL) | cannot be seen by a client | the same |
//!
//! How to operate it (permissions per role, policies, sizes) is in `docs/operations/rabbitmq.md` of the
//! repository.
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
//! | `beehive_rabbit_published_total` | counter: events that are confirmed and in a queue | |
//! | `beehive_rabbit_unrouted_total` | counter: events that are confirmed and in no queue | |
//! | `beehive_rabbit_publish_failed_total` | counter: events that are not confirmed | |
//! | `beehive_rabbit_publish_in_flight` | gauge: events whose confirms are waited for | |
//! | `beehive_rabbit_publish_window` | histogram: events that were sent together | |
//! | `beehive_rabbit_deliveries_total` | counter: events given out under leases | `queue` |
//! | `beehive_rabbit_redeliveries_total` | counter: those of them that were given out before | `queue` |
//! | `beehive_rabbit_acks_total` | counter: acks that were written to the broker | `queue` |
//! | `beehive_rabbit_settling_frames_total` | counter: frames that held them and what was handed back | `queue` |
//! | `beehive_rabbit_resubscriptions_total` | counter: channels opened again to receive | `queue` |
//! | `beehive_rabbit_leases_lost_total` | counter: leases that ended otherwise than by who held them | `queue`, `reason` |
//!
//! `role` is `publish`, `control` or `consume`. `reason` is `expired`, `channel`, when that or its
//! connection went, or `untold`, when it went after a commit and before the ack was written for sure:
//! that event may come again though it was committed.
//!
//! # Stopping
//!
//! A commit returns when the lease is settled here; the broker is told at once, and nobody waits for
//! that. [`drain`](beehive_core::hive::RunningHive::drain) does: when it returns, the broker has
//! taken the acks of all that was done, and the process may end. Who works without a hive calls
//! [`flush`](beehive_core::queue::EventQueue::flush) after the receivers are closed, or
//! [`RabbitQueue::close`].
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
//! - Nor are bodies. The driver would log each message that nobody subscribes to at WARN; that is kept
//!   out as well, for whoever has set up a log before connecting.
//!
//! # Features
//!
//! - `tls` (default): `amqps://`, through rustls and ring. Without it `amqps://` is refused.
//! - `mutations`: not for programs. It lets this repository's own tests take a safeguard out and see
//!   that this is noticed (`docs/mutations.md` there). It promises nothing, and without it nothing of it
//!   is compiled.

mod codec;
mod config;
mod connection;
mod dead_letters;
mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(feature = "mutations")]
#[doc(hidden)]
pub mod mutations;
mod publisher;
mod rabbit_queue;
mod receiver;
mod topology;

pub use self::config::{
    Credentials, CredentialsProvider, Namespace, Plaintext, QueueType, RabbitConfig, TopologyMode,
};
pub use self::rabbit_queue::RabbitQueue;
