//! The fault rig: runs the real system, breaks it, and audits what came of it.
//!
//! Everything is a process: a private broker, emulators of AWS, a shop, and workers, each behind a
//! network of its own. Faults strike as a seed says, spread over the orders; the workers tell what
//! they have in work, so it is known what a fault hit, and when all of that was done again. In the
//! end the stores, the queues and the dead letters are read past all faults, and judged.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

mod audit;
mod faults;
mod fleet;
mod journal;
mod next_worker;
mod options;
mod plan;
mod plant;
mod rest;
mod rig;
mod stage;
mod verdict;

use std::error::Error;
use std::process::{Command, ExitCode};

use clap::Parser as _;

use self::options::{Cli, Format, Options, Role};
use self::stage::Services;

/// Whatever goes wrong with the rig itself ends the program.
type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.role {
        Some(Role::NextWorker { flags }) => wait_for(next_worker::work(flags)).flatten(),
        None if Services::are_named() => break_it(&cli.options),
        None => with_services(),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "there is nobody else to tell")]
            {
                eprintln!("chaos: {error}");
            }
            ExitCode::from(2)
        }
    }
}

fn break_it(options: &Options) -> Result<ExitCode> {
    let found = wait_for(rig::run(options)).flatten()?;
    let verdict = verdict::judge(&found);
    match options.summary {
        Format::Human => println!("{}", verdict::table(&verdict)),
        Format::Json => println!("{}", serde_json::to_string(&verdict)?),
    }
    Ok(if verdict.is_sound() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Starts the emulators that the environment does not name, and runs this program with them.
fn with_services() -> Result<ExitCode> {
    let (_services, environment) = Services::start()?;
    let status = Command::new(std::env::current_exe()?)
        .args(std::env::args_os().skip(1))
        .envs(environment.variables())
        .status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

fn wait_for<T>(work: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(work))
}
