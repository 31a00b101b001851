//! What can be asked for.

use std::num::{NonZeroU64, NonZeroUsize};
use std::thread::available_parallelism;

use beehive_tests::mutations::Mutation;
use beehive_tests::simulation::{Batch, Ending, Scenario, Spoilt};
use clap::{Parser, ValueEnum};

/// Plays seeds of the simulation: hives in virtual time among faults, with an audit at the end.
#[derive(Debug, Parser)]
#[command(name = "simulate")]
pub(crate) struct Options {
    /// How many seeds are played.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    pub(crate) from: u64,
    /// Plays only this one, and prints its trace.
    #[arg(long, conflicts_with_all = ["seeds", "from", "threads", "summary", "keep_going"])]
    pub(crate) seed: Option<u64>,
    /// On how many threads; as many as there are processors if not given.
    #[arg(long)]
    threads: Option<NonZeroUsize>,
    /// How the figures are printed.
    #[arg(long, value_enum, default_value = "human")]
    pub(crate) summary: Summary,
    /// Every how many seeds one is played twice, to compare the traces; 0 for none.
    #[arg(long, default_value_t = 100)]
    verify_every: u64,
    /// Goes on after a seed at which something is wrong.
    #[arg(long)]
    keep_going: bool,
    /// Takes a safeguard out of all hives, so that something should be wrong: inbox-off,
    /// ack-ignored, lease-cancellation-off, commit-before-publish or derived-ids-off.
    #[arg(long)]
    pub(crate) mutation: Option<Mutation>,
}

/// How the figures are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Summary {
    /// A table.
    Human,
    /// One line of JSON.
    Json,
}

impl Options {
    /// What a seed is played as.
    pub(crate) fn scenario(&self, seed: u64) -> Scenario {
        let mut scenario = Scenario::drawn(seed);
        if let Some(mutation) = self.mutation {
            scenario.spoilt = Spoilt::ByMutation(mutation);
        }
        scenario
    }

    /// All seeds.
    pub(crate) fn batch(&self) -> Batch {
        Batch {
            seeds: self.from..self.from.saturating_add(self.seeds),
            threads: self
                .threads
                .or_else(|| available_parallelism().ok())
                .unwrap_or(NonZeroUsize::MIN),
            verify_every: NonZeroU64::new(self.verify_every),
            ending: if self.keep_going {
                Ending::AtLast
            } else {
                Ending::AtFirstFailure
            },
        }
    }

    /// What plays one seed of these again.
    pub(crate) fn again(&self, seed: u64) -> String {
        let mutation = self
            .mutation
            .map(|mutation| format!(" --mutation {mutation}"))
            .unwrap_or_default();
        format!("cargo run --release -p beehive-tests --bin simulate -- --seed {seed}{mutation}")
    }
}
