//! The command line.

use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::plan::{Backend, Plan};

/// Runs the real system, breaks it, and audits what came of it.
///
/// Starts a private broker, emulators of AWS, workers and a shop of Prismo, all of them processes,
/// and has faults strike them as a seed says. The exit code is 0 when nothing was lost, done twice
/// or left behind, and enough work was really hit.
#[derive(Debug, Parser)]
#[command(name = "chaos")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) role: Option<Role>,
    #[command(flatten)]
    pub(crate) options: Options,
}

/// What this program does for itself, in other processes.
#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    /// A worker of the version after this one.
    #[command(hide = true, disable_help_flag = true)]
    NextWorker {
        /// The flags of `prismo worker`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        flags: Vec<String>,
    },
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// What the events go over
    #[arg(long, value_enum, default_value_t = Backend::Cloud)]
    pub(crate) backend: Backend,

    /// Which faults strike: `all`, or names separated by commas
    #[arg(long, default_value = "all")]
    pub(crate) plan: Plan,

    /// What the faults, their victims and their moments follow from
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,

    /// How many orders are placed
    #[arg(long, default_value = "1000")]
    pub(crate) orders: NonZeroU32,

    /// How many faults strike
    #[arg(long, default_value_t = 30)]
    pub(crate) faults: usize,

    /// How many workers there are
    #[arg(long, default_value = "3")]
    pub(crate) workers: NonZeroUsize,

    /// How many events each actor of a worker processes at once
    #[arg(long, default_value = "4")]
    pub(crate) parallelism: NonZeroUsize,

    /// How many products the shop sells
    #[arg(long, default_value = "50")]
    pub(crate) products: NonZeroU32,

    /// How the verdict is printed: a table, or one line of JSON at the end of standard output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) summary: Format,

    /// How many seconds all of it may take
    #[arg(long, value_name = "SECONDS", default_value = "5400", value_parser = seconds)]
    pub(crate) timeout: Duration,

    /// How many seconds without an order that ends, while no fault is on, mean that none will; and
    /// how long the queues may take to be empty in the end
    #[arg(long, value_name = "SECONDS", default_value = "240", value_parser = seconds)]
    pub(crate) patience: Duration,

    /// Spoils the run on purpose: the verdict must find it
    #[arg(long, value_enum)]
    pub(crate) plant: Option<Plant>,

    /// The `prismo` to run, instead of one that is built first
    #[arg(long, value_name = "FILE")]
    pub(crate) prismo: Option<PathBuf>,

    /// Where the processes' logs are kept
    #[arg(long, value_name = "FOLDER")]
    pub(crate) logs: Option<PathBuf>,
}

/// How the verdict is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table
    Human,
    /// One line of JSON
    Json,
}

/// What a run can be spoilt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Plant {
    /// An event disappears from a queue
    Loss,
    /// A customer is charged twice
    Duplicate,
    /// Events wait where nobody reads them
    Stuck,
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cloud => "cloud",
            Self::Aws => "aws",
        })
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: u64 = text
        .parse()
        .map_err(|_| format!("`{text}` is not a whole number of seconds"))?;
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
        let cli = Cli::parse_from(["chaos", "--backend", "aws", "--plant", "loss"]);
        assert_eq!(cli.options.plant, Some(Plant::Loss));
        assert_eq!(cli.options.backend.to_string(), "aws");
        let role = Cli::parse_from(["chaos", "next-worker", "--orders", "5"]).role;
        assert!(matches!(role, Some(Role::NextWorker { flags }) if flags == ["--orders", "5"]));
    }
}
