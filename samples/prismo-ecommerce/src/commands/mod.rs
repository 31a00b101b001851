//! What `prismo` does when it is called.

mod check;
mod graph;
mod run;
mod shop;
mod signals;
mod trade;
mod worker;

use std::{
    collections::BTreeSet,
    io::{self, Write as _},
    process::ExitCode,
};

use beehive_core::{
    hive::{FactorySettings, HiveBuilder},
    queue::QueueName,
};

use crate::{
    backend::{Backend, Lifetime},
    cli::{Cli, Command, Namespace, Options, SummaryFormat},
    error::Error,
    hive::simulated_hive,
    state::RunRecord,
    summary::Summary,
};

/// Does what the command line asks for, and says how it went.
///
/// # Errors
/// When it could not be done.
pub async fn execute(cli: &Cli) -> Result<ExitCode, Error> {
    let options = &cli.options;
    let backend = match cli.command() {
        // The diagram is the same everywhere.
        Command::Graph { .. } => Backend::memory(),
        command => {
            let (namespace, lifetime) = place(command, options);
            Backend::open(options.backend, &namespace, lifetime).await?
        }
    };
    let done = match cli.command() {
        Command::Run => run::run(options, &backend).await,
        Command::Worker => worker::worker(options, &backend).await,
        Command::Shop => shop::shop(options, &backend).await,
        Command::Check => check::check(options, &backend).await,
        Command::Graph { format } => graph::graph(options, &backend, format),
    };
    backend.close(&names(options, &backend)?).await;
    done
}

/// Every topic and queue of the shop.
fn names(options: &Options, backend: &Backend) -> Result<Vec<QueueName>, Error> {
    let hive = hive(options, backend)?.build()?;
    let graph = hive.graph();
    // Subscriptions before their topics.
    let mut names: Vec<_> = graph.steps().map(|step| step.queue.clone()).collect();
    let topics: BTreeSet<_> = graph
        .topics()
        .into_iter()
        .chain(graph.announced())
        .collect();
    for topic in topics {
        names.push(QueueName::of_topic(topic)?);
    }
    Ok(names)
}

/// Where the events and the state of a command are.
///
/// A run that needs no other process gets a namespace of its own, so that it meets nothing of those
/// before it, unless one was named: then it can be audited later.
fn place(command: Command, options: &Options) -> (Namespace, Lifetime) {
    match (command, &options.namespace) {
        (_, Some(named)) => (named.clone(), Lifetime::Namespace),
        (Command::Run, None) => (Namespace::unique(), Lifetime::Process),
        (_, None) => (Namespace::default(), Lifetime::Namespace),
    }
}

/// The hive as the flags have it; the environment may override single actors.
fn hive(options: &Options, backend: &Backend) -> Result<HiveBuilder, Error> {
    let settings = FactorySettings::default().with_parallelism(options.parallelism);
    Ok(simulated_hive(backend, options.replenish_delay)?
        .settings(settings)
        .overrides(std::env::vars()))
}

/// The run that the flags describe.
fn run_of(options: &Options) -> RunRecord {
    RunRecord::new(options.seed, options.orders, options.products)
}

/// Prints a summary as the flags have it, and turns it into an exit code.
fn conclude(options: &Options, summary: &Summary) -> Result<ExitCode, Error> {
    let text = match options.summary {
        SummaryFormat::Human => summary.to_table(),
        SummaryFormat::Json => summary.to_json().map_err(io::Error::from)?,
    };
    print(&text)?;
    Ok(summary.exit_code())
}

fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests;
