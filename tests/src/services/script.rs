//! Calls of `tests/services`, each with a deadline.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::error::{Result, ServiceError};

/// The script, wherever the tests are run.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/services");

/// Runs `tests/services node` with these words and returns what it prints. Past the deadline the
/// call is ended; what it has started is still known to the script.
pub(super) async fn node(words: &[&str], deadline: Duration) -> Result<String> {
    let said = words.join(" ");
    let call = Command::new(SCRIPT)
        .arg("node")
        .args(words)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = timeout(deadline, call)
        .await
        .map_err(|_| {
            ServiceError::new(format!(
                "`{SCRIPT} node {said}` was not done in {deadline:?}"
            ))
        })?
        .map_err(|error| ServiceError::new(format!("`{SCRIPT}` cannot be run: {error}")))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    if output.status.success() {
        return Ok(printed.into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(ServiceError::new(format!(
        "`{SCRIPT} node {said}` failed, {}:\n{printed}{complaint}",
        output.status
    )))
}

/// Removes a node at once, from code that cannot wait in any other way.
pub(super) fn remove(name: &str) -> Result<()> {
    let output = std::process::Command::new(SCRIPT)
        .args(["node", "remove", name])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| ServiceError::new(format!("`{SCRIPT}` cannot be run: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(ServiceError::new(format!(
        "the broker {name} could not be removed: {complaint}"
    )))
}
