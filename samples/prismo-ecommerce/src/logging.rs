//! What is printed while the shop works.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;

use crate::actors;

/// Prints warnings to standard error; with `verbose`, also a line for each event. `RUST_LOG` says
/// otherwise.
pub fn init(verbose: bool) {
    let default = if verbose {
        format!("warn,{}::tracing=info", actors::MODULE)
    } else {
        "warn".to_owned()
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    tracing_subscriber::fmt()
        .compact()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .init();
}
