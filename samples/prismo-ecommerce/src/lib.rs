//! Prismo, an online shop: the reference workflow of beehive.
//!
//! A customer's order is paid, judged for fraud, reserved item by item, replenished where the shelf
//! is empty, shipped and confirmed by e-mail; or it is cancelled, refunded and its goods are put
//! back. Everything an order will go through follows from a [seed](domain::Seed), so that any run,
//! on any backend, however many faults it meets, can be audited against what must have come out.
//!
//! In reading order: what a shop is made of ([`domain`]), what happens in it ([`events`]), whom it
//! talks to ([`outside`]) and what these will answer ([`verdict`]), how a run is proved right
//! ([`audit`], [`summary`]), and how a person starts one and watches it ([`cli`], [`progress`]).

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
