//! The command line.

mod values;

use std::{ffi::OsString, num::NonZeroU32, num::NonZeroUsize, time::Duration};

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum, error::ErrorKind};

use crate::domain::Seed;

pub use self::values::Namespace;

/// Prismo, an online shop on beehive.
///
/// Places orders, carries them through payment, fraud check, stock and shipment, and proves that
/// every one of them ended right. Without a command, it does so in this process, with nothing
/// installed.
#[derive(Clone, Debug, Parser)]
#[command(name = "prismo", version, about, propagate_version = true)]
pub struct Cli {
    /// What to do; `run` when nothing is said.
    #[command(subcommand)]
    command: Option<Command>,
    /// How to do it.
    #[command(flatten)]
    pub options: Options,
}

/// What `prismo` can do.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Subcommand)]
pub enum Command {
    /// Place orders, process them and audit the outcome, all in this process (the default)
    #[default]
    Run,
    /// Process orders until told to stop (SIGTERM or Ctrl-C), then drain
    Worker,
    /// Place orders, wait until workers have settled them, and audit the outcome
    Shop,
    /// Audit what the stores say about orders placed before
    Check,
    /// Print the diagram of the workflow
    Graph {
        /// The language of the diagram
        #[arg(long, value_enum, default_value_t = GraphFormat::Mermaid)]
        format: GraphFormat,
    },
}

/// Flags that go with every command, before or after it.
#[derive(Args, Clone, Debug, Eq, PartialEq)]
pub struct Options {
    /// How many orders to place
    #[arg(
        long,
        global = true,
        value_name = "N",
        allow_negative_numbers = true,
        default_value = "1000",
        value_parser = values::orders,
    )]
    pub orders: u32,

    /// How many different products the shop sells
    #[arg(
        long,
        global = true,
        value_name = "N",
        allow_negative_numbers = true,
        default_value = "50",
        value_parser = values::products,
    )]
    pub products: NonZeroU32,

    /// The number that orders, prices, stock and verdicts follow from
    #[arg(
        long,
        global = true,
        value_name = "S",
        allow_negative_numbers = true,
        default_value_t = Seed::new(1),
    )]
    pub seed: Seed,

    /// Where events and state live
    #[arg(long, global = true, value_enum, default_value_t = BackendKind::Memory)]
    pub backend: BackendKind,

    /// How many events each actor processes at once
    #[arg(
        long,
        global = true,
        value_name = "N",
        allow_negative_numbers = true,
        default_value = "8",
        value_parser = values::parallelism,
    )]
    pub parallelism: NonZeroUsize,

    /// How long the supplier takes
    #[arg(
        long,
        global = true,
        value_name = "SECONDS",
        allow_negative_numbers = true,
        default_value = "0.2",
        value_parser = values::replenish_delay,
    )]
    pub replenish_delay: Duration,

    /// Keeps the queues and state of one run apart from those of others [default: prismo; for `run`
    /// a new one]
    #[arg(long, global = true, value_name = "NAME")]
    pub namespace: Option<Namespace>,

    /// How to print the summary: a table, or one line of JSON at the end of standard output
    #[arg(long, global = true, value_enum, default_value_t = SummaryFormat::Human)]
    pub summary: SummaryFormat,

    /// How long to wait for all orders to settle
    #[arg(
        long,
        global = true,
        value_name = "SECONDS",
        allow_negative_numbers = true,
        default_value = "600",
        value_parser = values::timeout,
    )]
    pub timeout: Duration,

    /// Print one line for each event
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

/// Where events and state live.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum BackendKind {
    /// In this process, and gone with it
    Memory,
    /// On RabbitMQ, DynamoDB and S3
    Cloud,
    /// On SNS/SQS, DynamoDB and S3
    Aws,
}

/// How a summary is printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum SummaryFormat {
    /// A table
    Human,
    /// One line of JSON
    Json,
}

/// The language of a diagram.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum GraphFormat {
    /// Mermaid, as many sites render it
    Mermaid,
    /// Graphviz DOT
    Dot,
}

impl Cli {
    /// Reads the command line of this process; prints help or what is wrong, and exits, where that
    /// is due.
    pub fn from_env() -> Self {
        Self::try_from_args(std::env::args_os()).unwrap_or_else(|error| error.exit())
    }

    /// Reads a command line, the first argument being the program's name.
    ///
    /// # Errors
    /// Says what is wrong, or holds the help or version asked for.
    pub fn try_from_args<A: Into<OsString> + Clone>(
        args: impl IntoIterator<Item = A>,
    ) -> Result<Self, clap::Error> {
        let cli = Self::try_parse_from(args)?;
        cli.refuse_memory_that_cannot_be_shared()?;
        Ok(cli)
    }

    /// What to do.
    pub fn command(&self) -> Command {
        self.command.unwrap_or_default()
    }

    fn refuse_memory_that_cannot_be_shared(&self) -> Result<(), clap::Error> {
        let why = match self.command() {
            Command::Worker => "`prismo worker` processes orders that another process places",
            Command::Shop => "`prismo shop` places orders that other processes work on",
            Command::Check => "`prismo check` audits orders that other processes worked on",
            Command::Run | Command::Graph { .. } => return Ok(()),
        };
        if self.options.backend != BackendKind::Memory {
            return Ok(());
        }
        let message = format!(
            "{why}, which the memory backend cannot share; \
             add `--backend cloud` or `--backend aws`, or use `prismo run`"
        );
        Err(<Self as CommandFactory>::command().error(ErrorKind::ArgumentConflict, message))
    }
}

#[cfg(test)]
mod tests;
