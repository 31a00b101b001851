//! The shop: places the orders, and waits until they are over.

use std::process::Stdio;

use serde::Deserialize;
use tokio::process::Child;

use super::spawn::Calls;
use crate::Result;
use crate::stage::Environment;

/// `prismo shop`, at work.
#[derive(Debug)]
pub(crate) struct Shop(Child);

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
    pub(crate) fn open(calls: &Calls, environment: &Environment) -> Result<Self> {
        let mut call = calls.prismo("shop", environment);
        call.args(["--summary", "json"])
            .stderr(Stdio::from(calls.log("shop")?));
        Ok(Self(call.spawn()?))
    }

    /// Waits until it closes: when all orders are over, or its time is.
    pub(crate) async fn close(self) -> Result<Sold> {
        let output = self.0.wait_with_output().await?;
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
