//! One measurement in a process of its own, whose memory holds nothing else.

use std::process::Command;

use clap::{Args, ValueEnum};
use serde_json::Value;

use super::{idle, residence, runtime};
use crate::Result;

/// What the process measures.
#[derive(Args, Debug)]
pub(crate) struct Options {
    #[arg(value_enum)]
    probe: Probe,
}

/// What can be measured so.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Probe {
    /// Memory of events that wait.
    Waiting,
    /// Memory of events that are worked on.
    InFlight,
    /// Memory after a million events.
    Flat,
    /// A thousand subscriptions without an event.
    Idle,
}

/// Measures, and prints one line of JSON.
pub(crate) fn run(options: &Options) -> Result<()> {
    let runtime = runtime()?;
    let found = match options.probe {
        Probe::Waiting => runtime.block_on(residence::probe_waiting()),
        Probe::InFlight => runtime.block_on(residence::probe_in_flight()),
        Probe::Flat => runtime.block_on(residence::probe_flat()),
        Probe::Idle => runtime.block_on(idle::probe()),
    }?;
    println!("{found}");
    Ok(())
}

impl Probe {
    /// Has another process measure it.
    pub(super) fn take(self) -> Result<Value> {
        let value = self.to_possible_value();
        let name = value.as_ref().map_or("", |value| value.get_name());
        let output = Command::new(std::env::current_exe()?)
            .args(["probe", name])
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        if !output.status.success() {
            return Err(format!("the probe `{name}` failed: {text}").into());
        }
        Ok(serde_json::from_str(&text)?)
    }
}

/// A number that a probe found.
pub(super) fn number(found: &Value, key: &str) -> f64 {
    found[key].as_f64().unwrap_or(f64::NAN)
}
