//! The emulators of AWS: those that the environment names, or some that are started for the run.

use std::process::{Command, Stdio};

use super::environment::Environment;
use crate::Result;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/services");
/// What leads a program to AWS.
const LEADS: &str = "AWS_ENDPOINT_URL";

/// The services that a run does not break itself.
#[derive(Debug)]
pub(crate) struct Services {
    /// Whether they were started for this run.
    ours: bool,
}

impl Services {
    /// Whether this process is led to them.
    pub(crate) fn are_named() -> bool {
        std::env::var_os(LEADS).is_some()
    }

    /// Starts what does not run, and says where it is.
    pub(crate) fn start() -> Result<(Self, Environment)> {
        let runs = call(&["status", "aws"]).is_ok();
        call(&["up", "aws"])?;
        let services = Self { ours: !runs };
        let environment = Environment::of_exports(&call(&["env"])?);
        Ok((services, environment))
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        if self.ours {
            // What cannot be stopped now is by the next `up` or `down`.
            let _ = call(&["down", "aws"]);
        }
    }
}

fn call(words: &[&str]) -> Result<String> {
    let output = Command::new(SCRIPT)
        .args(words)
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`tests/services {}` failed: {complaint}", words.join(" ")).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
