//! How a hive behaves: what it promises, and what it does when things go wrong.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod build_findings;
mod codecs;
mod company;
mod conflicts;
mod dead_letters;
mod discovery;
mod graph;
mod idempotence;
mod isolation;
mod kill_switch;
mod layers;
mod leases;
mod observers;
mod order;
mod overrides;
mod parallelism;
mod publishing;
mod pulsers;
mod receiving;
mod refusals;
mod retries;
mod settling;
mod shutdown;
mod stopping;
mod support;
mod unknown_types;
