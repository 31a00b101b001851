//! The `prismo` binary.

use std::{
    io::{Write as _, stderr},
    process::ExitCode,
};

use prismo_ecommerce::{cli::Cli, commands, logging};

/// What could not even begin, as clap has it for flags it does not understand.
const UNUSABLE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::from_env();
    logging::init(cli.options.verbose);
    match commands::execute(&cli).await {
        Ok(code) => code,
        Err(error) => {
            // Without standard error there is nobody to tell; the exit code says it still.
            let _ = writeln!(stderr(), "error: {error:?}");
            ExitCode::from(UNUSABLE)
        }
    }
}
