//! Measures beehive: each figure beside that of a bare program that does the same work.
//!
//! The two alternate within one run, because only ratios taken together mean anything on a machine
//! that others use too. Benchmarks are programs, never tests: nothing here passes or fails by the
//! clock, but a run that does not end with every event accounted for is an error.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

mod aws;
mod companion;
mod machine;
mod memory;
mod pairs;
mod rabbit;
mod report;
mod rounds;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Whatever goes wrong ends the program.
type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// Measures beehive against bare programs that do the same work.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything within one process, against tokio's channels.
    Memory(memory::Options),
    /// The hop through RabbitMQ, against programs that drive the driver by hand, and others.
    Rabbit(rabbit::Options),
    /// What the stores on AWS ask of it, counted on the wire to an emulator.
    Aws(aws::Options),
    /// One measurement in a process of its own; started by the others.
    #[command(hide = true)]
    Probe(memory::probe::Options),
    /// The same beside a broker.
    #[command(hide = true)]
    RabbitProbe(rabbit::idle::Options),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Memory(options) => memory::run(&options),
        Command::Rabbit(options) => rabbit::run(&options),
        Command::Aws(options) => aws::run(&options),
        Command::Probe(options) => memory::probe::run(&options),
        Command::RabbitProbe(options) => rabbit::idle::probe(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
