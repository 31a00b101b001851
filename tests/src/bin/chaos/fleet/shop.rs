//! The shop: places the orders, and waits until they are over.

use std::fs::File;
use std::io::Write as _;
use std::sync::Arc;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::Child;
use tokio::task::JoinHandle;

use super::spawn::Calls;
use crate::Result;
use crate::journal::{Journal, told};
use crate::stage::Environment;

/// `prismo shop`, at work.
#[derive(Debug)]
pub(crate) struct Shop {
    child: Child,
    reader: Option<JoinHandle<std::io::Result<()>>>,
}

/// What it said in the end.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Sold {
    pub(crate) shipped: u64,
    pub(crate) cancelled: u64,
    pub(crate) elapsed_seconds: f64,
    pub(crate) digest: String,
}

impl Shop {
    /// Opens it.
    pub(crate) fn open(
        calls: &Calls,
        environment: &Environment,
        journal: &Arc<Journal>,
    ) -> Result<Self> {
        let mut call = calls.prismo("shop", environment);
        let mut child = call.args(["--summary", "json"]).spawn()?;
        let log = calls.log("shop")?;
        let reader = child
            .stderr
            .take()
            .map(|stderr| tokio::spawn(listen(stderr, Arc::clone(journal), log)));
        Ok(Self { child, reader })
    }

    /// Waits until it closes: when all orders are over, or its time is.
    pub(crate) async fn close(self) -> Result<Sold> {
        let output = self.child.wait_with_output().await?;
        if let Some(reader) = self.reader {
            reader.await??;
        }
        let printed = String::from_utf8_lossy(&output.stdout);
        let line = printed.lines().last().unwrap_or_default();
        serde_json::from_str(line).map_err(|error| {
            format!(
                "prismo shop ended without a summary, {}: {error}",
                output.status
            )
            .into()
        })
    }
}

/// Notes how far the shop is, and keeps all else that it says in a file.
async fn listen(
    said_by_it: impl AsyncRead + Unpin,
    journal: Arc<Journal>,
    mut log: File,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(said_by_it).lines();
    while let Some(line) = lines.next_line().await? {
        match told(&line) {
            Some(told) => journal.hear(told),
            None => writeln!(log, "{line}")?,
        }
    }
    Ok(())
}
