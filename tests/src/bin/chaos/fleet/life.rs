//! One worker process, from its start to its end.

use std::fs::File;
use std::io::Write as _;
use std::process::ExitStatus;
use std::sync::Arc;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::Result;
use crate::journal::{Journal, said};

/// Which version of the shop a worker runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edition {
    /// `prismo worker`.
    Current,
    /// The one after it, which also grants points: a step and an event that the others do not know.
    Next,
}

/// A worker process.
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) number: u32,
    pub(crate) edition: Edition,
    child: Child,
    readers: Vec<JoinHandle<std::io::Result<()>>>,
}

impl Life {
    /// Starts it, and reads what it says from now on.
    pub(crate) fn begin(
        number: u32,
        edition: Edition,
        mut command: Command,
        journal: &Arc<Journal>,
        log: &File,
    ) -> Result<Self> {
        let mut child = command.spawn()?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let mut readers = Vec::new();
        if let Some(stderr) = stderr {
            let (journal, log) = (Arc::clone(journal), log.try_clone()?);
            readers.push(tokio::spawn(listen(stderr, number, journal, log)));
        }
        if let Some(stdout) = stdout {
            let (journal, log) = (Arc::clone(journal), log.try_clone()?);
            readers.push(tokio::spawn(listen(stdout, number, journal, log)));
        }
        Ok(Self {
            number,
            edition,
            child,
            readers,
        })
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) -> Result<()> {
        let id = self
            .child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw)
            .ok_or("the worker has ended by itself")?;
        Ok(kill_process(id, signal)?)
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits for its end, and for the last of what it said.
    pub(crate) async fn end(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait().await?;
        for reader in self.readers.drain(..) {
            reader.await??;
        }
        Ok(status)
    }
}

/// Notes what a process says of its events, and keeps all else in a file.
async fn listen(
    said_by_it: impl AsyncRead + Unpin,
    number: u32,
    journal: Arc<Journal>,
    mut log: File,
) -> std::io::Result<()> {
    let mut lines = BufReader::with_capacity(1 << 16, said_by_it).lines();
    while let Some(line) = lines.next_line().await? {
        match said(&line) {
            Some(said) => journal.note(number, said),
            // A few lines a second; the file is on this machine.
            None => writeln!(log, "[{number}] {line}")?,
        }
    }
    Ok(())
}
