//! The `prismo` binary.

use std::{
    error::Error as _,
    io::{Write as _, stderr},
    iter::successors,
    process::ExitCode,
};

use prismo_ecommerce::{cli::Cli, commands, error::Error, logging};

/// What could not even begin, as clap has it for flags it does not understand.
const UNUSABLE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::from_env();
    logging::init(cli.options.verbose);
    match commands::execute(&cli).await {
        Ok(code) => code,
        Err(error) => {
            report(&error);
            ExitCode::from(UNUSABLE)
        }
    }
}

/// Prints an error and its causes. Without standard error there is nobody to tell; the exit code
/// says it still.
fn report(error: &Error) {
    let mut err = stderr().lock();
    let _ = writeln!(err, "error: {error}");
    for cause in successors(error.source(), |&cause| cause.source()) {
        let _ = writeln!(err, "  caused by: {cause}");
    }
}
