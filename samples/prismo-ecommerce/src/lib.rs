//! Prismo, an online shop: the reference workflow of beehive.
//!
//! A customer's order is paid, judged for fraud, reserved item by item, replenished where the shelf
//! is empty, shipped and confirmed by e-mail; or it is cancelled, refunded and its goods are put
//! back. Everything an order will go through follows from a [seed](domain::Seed), so that any run,
//! on any backend, however many faults it meets, can be audited against what must have come out.
//!
//! # The workflow
//!
//! | topic | subscription | does | announces |
//! |---|---|---|---|
//! | `OrderAccepted` | Payment | charges the customer | `PaymentAuthorised`, `PaymentFailed` |
//! | `PaymentAuthorised` | `FraudCheck` | has the payment judged | `FraudCheckPassed`, `FraudCheckFailed` |
//! | `PaymentFailed`, `FraudCheckFailed` | `CancelOrder` | gives the order up | `OrderCancelled` |
//! | `PaymentAuthorised` | Inventory | reserves each item (scatter) | `ItemReserved`, or `ItemParked` and `ProductOutOfStock` |
//! | `ProductOutOfStock` | Replenish | buys; the goods arrive later (a deferred event) | `ProductArrivedBackInStock` |
//! | `ProductArrivedBackInStock` | `WakeParkedOrders` | reserves for who waits, first come first served | `ItemReserved`, `ProductOutOfStock` |
//! | `ItemReserved` | Gather | raises the item's flag; the last one completes the order | `OrderInventoryCheckCompleted` |
//! | `OrderInventoryCheckCompleted`, `FraudCheckPassed` | Fulfilment | ships when both are in (gather of two), and writes the invoice | `OrderShipped` |
//! | `OrderShipped` | `SendEmail` | writes to the customer | `ConfirmationEmailSent` |
//! | `OrderCancelled` | Refund | pays back what was charged | `PaymentRefunded` |
//! | `OrderCancelled` | `ReleaseStock` | puts back what was reserved (compensation) | `ProductArrivedBackInStock` |
//! | every topic | Tracing | writes a line | |
//!
//! `prismo graph` draws it from what the [`actors`] declare.
//!
//! # Why it comes out right
//!
//! Any step may be cut off between any two things it does, run twice, or run at the same time as its
//! own redelivery. Four habits make that harmless, and each actor shows some of them:
//!
//! 1. *Keys from the matter.* A charge is keyed by its order, a purchase by its shortage, a movement
//!    of stock by both: asked for again, it has happened. No key is made from the identity of an
//!    event, so two events that say the same do the same.
//! 2. *Decide, act, announce.* What excludes something else (shipped or cancelled) is decided first,
//!    under a precondition; then it is acted upon; then it is announced, also by a run that finds
//!    everything decided and done: the one that did it may have died before it spoke.
//! 3. *Raise a flag, then look.* Branches that are gathered write before they read, so the last one
//!    sees all of them. Likewise goods are on the shelf before it is asked who waits, and who waits
//!    is in the list before it looks at the shelf once more.
//! 4. *Undo by forestalling.* Putting back what an order took takes it first, if it was not taken: a
//!    reservation that comes later finds itself done, and moves nothing.
//!
//! # Where to read on
//!
//! What a shop is made of ([`domain`]), what happens in it ([`events`]), its steps ([`actors`]), what
//! they remember ([`state`]), whom they talk to ([`outside`]) and what these will answer
//! ([`verdict`]). How a run is read ([`inspection`]), proved right ([`audit`]) and told
//! ([`summary`]). How a person starts one and watches it: [`cli`], [`commands`], [`shop`],
//! [`progress`]. All of it runs on any [`Backend`](backend::Backend), put together by [`hive()`].

pub mod domain;
pub mod events;

pub mod actors;
mod hive;
pub mod state;

mod draws;
pub mod outside;
pub mod verdict;

pub mod audit;
pub mod inspection;
pub mod shop;
pub mod summary;

pub mod backend;
pub mod cli;
pub mod commands;
pub mod error;
pub mod logging;
pub mod progress;

pub use self::hive::{hive, simulated_hive};
