//! beehive: reactive cloud actors.
//!
//! You write the business steps of a process, as actors. Each takes one event, does one thing, and
//! answers with the events that follow. Queues, leases, retries, delays, dead letters, state,
//! shutdown and the diagram of the whole process are beehive's work; the same program runs in one
//! process with nothing installed, and on a broker, without a changed line in an actor.
//!
//! ```
//! use beehive_core::prelude::*;
//!
//! #[derive(Serialize, Deserialize, EventBody)]
//! struct OrderAccepted {
//!     order: String,
//!     total: u64,
//! }
//!
//! #[derive(Serialize, Deserialize, EventBody)]
//! struct PaymentAuthorised {
//!     order: String,
//! }
//!
//! /// Charges once per order, however often the event comes.
//! #[actor("OrderAccepted-Payment", parallelism = 8, emits(PaymentAuthorised))]
//! async fn authorise_payment(order: OrderAccepted, ledger: &Counter) -> Result<Event, ActorError> {
//!     let charge = Change::add(order.total as i64).once(OperationId::new(&order.order));
//!     ledger.change("charged", &charge).await?;
//!     Ok(Event::of(&PaymentAuthorised { order: order.order })?)
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), beehive_core::Error> {
//!     let stores = Stores::memory();
//!     let hive = Hive::builder("shop")
//!         .queue(MemoryQueue::default())
//!         .stores(stores.clone())
//!         .actor::<authorise_payment>()
//!         .entry("OrderAccepted")
//!         .build()?;
//!     let running = hive.start().await?;
//!     let accepted = OrderAccepted { order: "4711".into(), total: 42 };
//!     running.publisher().publish(Event::of(&accepted)?).await?;
//!     # while running.statistics().processed == 0 { tokio::task::yield_now().await; }
//!     running.drain().await;
//!     assert_eq!(stores.counter()?.value("charged").await?, 42);
//!     Ok(())
//! }
//! ```
//!
//! # Where to look
//!
//! | To | see |
//! |---|---|
//! | write an actor | [`macro@actor`], [`ProcessorActor`](actor::ProcessorActor), [`ActorError`](actor::ActorError) |
//! | make and read events | [`Event`], [`EventBody`](event::EventBody) |
//! | keep state | [`store`]: key-value, key-list, collection, counter, lock |
//! | announce events by the clock | [`macro@pulser`], [`Interval`](schedule::Interval) |
//! | run it | [`Hive`], [`HiveBuilder`](hive::HiveBuilder), [`FactorySettings`](hive::FactorySettings) |
//! | say how often to try again | [`RetryPolicy`](recovery::RetryPolicy), [`KillSwitchPolicy`](hive::KillSwitchPolicy) |
//! | look after what failed | [`DeadLetters`](queue::DeadLetters) |
//! | see the workflow | [`Graph`](flow::Graph) |
//! | test it | the feature `testing` |
//! | write a backend | [`EventQueue`](queue::EventQueue), the traits in [`store`], the feature `conformance` |
//!
//! # What is promised
//!
//! - **At least once, and effectively once.** What an actor answers is published, and confirmed,
//!   before the event it took is committed. The ids of follow-ups derive from their parent, so that
//!   a second run announces the same events, and an inbox drops what was done already.
//! - **A lease is a right with an end.** It is renewed while the actor works. When it is lost, the
//!   actor is cancelled, and nothing of it is published or settled.
//! - **Nothing is dropped silently.** A failure is tried again at once, then later, then goes to the
//!   dead letters with the record of why; a panic, a time-out and an unreadable body likewise.
//! - **Conflicts are visible.** Every write can carry a precondition.
//! - **Everything has a limit** that can be read and set.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `macros` | yes | `#[actor]`, `#[pulser]`, `#[derive(EventBody)]` |
//! | `testing` | no | a hive on virtual time, and faults from a seed |
//! | `conformance` | no | the specification of a backend, as cases to run against it |

pub mod error;
pub mod event;

pub mod queue;
pub mod store;

pub mod actor;
pub mod schedule;

mod factory;
pub mod flow;
pub mod hive;
pub mod recovery;

#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(feature = "macros")]
mod macros;
pub mod page;
pub mod prelude;
#[cfg(feature = "testing")]
pub mod testing;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use self::error::{BoxError, Error, ErrorKind, Result, RetryClass};
pub use self::event::Event;
pub use self::hive::Hive;
#[cfg(feature = "macros")]
pub use self::macros::{EventBody, actor, pulser};

#[doc(no_inline)]
pub use jiff::Timestamp;
#[doc(no_inline)]
pub use tokio_util::sync::CancellationToken;
