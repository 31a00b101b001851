//! How the processes of a run are started.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::Result;
use crate::options::Options;
use crate::stage::Environment;

/// What all calls of `prismo` in one run have in common.
#[derive(Clone, Debug)]
pub(crate) struct Calls {
    program: PathBuf,
    flags: Vec<String>,
    logs: PathBuf,
}

impl Calls {
    pub(crate) fn new(program: PathBuf, options: &Options, namespace: &str, logs: PathBuf) -> Self {
        let flags = [
            ("--backend", options.backend.to_string()),
            ("--namespace", namespace.to_owned()),
            ("--parallelism", options.parallelism.to_string()),
            ("--orders", options.orders.to_string()),
            ("--products", options.products.to_string()),
            ("--seed", options.seed.to_string()),
            ("--timeout", options.timeout.as_secs().to_string()),
        ];
        Self {
            program,
            flags: flags
                .into_iter()
                .flat_map(|(flag, value)| [flag.to_owned(), value])
                .collect(),
            logs,
        }
    }

    /// The folder of what the processes print.
    pub(crate) fn logs(&self) -> &Path {
        &self.logs
    }

    /// `prismo` with a command of its own.
    pub(crate) fn prismo(&self, command: &str, environment: &Environment) -> Command {
        let mut call = Command::new(&self.program);
        call.arg(command).args(&self.flags);
        prepare(&mut call, environment);
        call
    }

    /// This program in another role, with the same flags.
    pub(crate) fn ourselves(&self, role: &str, environment: &Environment) -> Result<Command> {
        let mut call = Command::new(std::env::current_exe()?);
        call.arg(role).args(&self.flags);
        prepare(&mut call, environment);
        Ok(call)
    }

    /// A file that keeps what processes of this name print, one after the other.
    pub(crate) fn log(&self, name: &str) -> Result<File> {
        let path = self.path(name);
        Ok(OpenOptions::new().create(true).append(true).open(path)?)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.logs.join(format!("{name}.log"))
    }
}

fn prepare(call: &mut Command, environment: &Environment) {
    call.envs(environment.variables())
        .env(
            "RUST_LOG",
            "warn,beehive::lifecycle=debug,prismo::shop=debug",
        )
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
}
