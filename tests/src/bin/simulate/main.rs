//! Plays seeds of the simulation, and prints the first one at which something is wrong with all it
//! takes to play it again.
//!
//! Exit code 0 if nothing was wrong, 1 if something was, 2 for a command line that means nothing.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "its output is what it is for"
)]

mod many;
mod one;
mod options;
mod report;

use std::process::ExitCode;

use clap::Parser as _;

use self::options::Options;

fn main() -> ExitCode {
    let options = Options::parse();
    let sound = match options.seed {
        Some(seed) => one::run(&options.scenario(seed)),
        None => many::run(&options),
    };
    if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
