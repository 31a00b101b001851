//! Programs of others that do the same work, each in a process of its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use beehive_rabbit::QueueType;
use clap::ValueEnum;
use serde::Deserialize;
use tokio::process::Command;
use tokio::time::timeout;

use super::figures::{BEST, OURS, compare_with_peer};
use super::hop::Hop;
use super::measure::Bench;
use super::queues::Queues;
use crate::Result;
use crate::machine::Used;
use crate::report::Report;
use crate::rounds::{Contender, Rounds};

/// Which of them take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Peers {
    /// None.
    None,
    /// Those in Rust.
    Rust,
    /// Those in Python as well; they are installed into `target/peers`.
    All,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
struct Peer {
    name: &'static str,
    language: Language,
    /// What it does about confirmations.
    confirms: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Rust,
    Python,
}

const PEERS: [Peer; 3] = [
    Peer {
        name: "apalis",
        language: Language::Rust,
        confirms: "by hand",
    },
    Peer {
        name: "omniqueue",
        language: Language::Rust,
        confirms: "none",
    },
    Peer {
        name: "ruststream",
        language: Language::Rust,
        confirms: "its own, not mandatory",
    },
];

/// What a peer prints at its end.
#[derive(Debug, Deserialize)]
struct Told {
    elapsed_seconds: f64,
    own_seconds: f64,
}

/// Measures ours beside all that can be built, and adds it to the report.
pub(super) fn compare(bench: &Bench, hop: Hop, report: &mut Report) -> Result<()> {
    let mut contenders = bench.contenders(hop);
    contenders.retain(|contender| [OURS, BEST].contains(&contender.name()));
    for peer in PEERS {
        if !peer.takes_part(bench.peers, hop.queue_type) {
            continue;
        }
        match bench.runtime.block_on(peer.build()) {
            Ok(program) => {
                let run = move || bench.runtime.block_on(run(&program, bench, hop));
                contenders.push(Contender::of_others(peer.name, run));
            }
            Err(error) => report.note(format!("{} could not be built: {error}", peer.name)),
        }
    }
    if contenders.len() <= 2 {
        return Ok(());
    }
    let rounds = Rounds::take(bench.rounds, contenders)?;
    for dropped in rounds.dropped() {
        report.note(format!("dropped: {dropped}"));
    }
    for peer in PEERS {
        if rounds.names().any(|name| name == peer.name) {
            compare_with_peer(report, peer.name, peer.confirms, hop, &rounds);
        }
    }
    Ok(())
}

impl Peer {
    fn takes_part(self, peers: Peers, queue_type: QueueType) -> bool {
        match (peers, self.language) {
            (Peers::None, _) | (Peers::Rust, Language::Python) => false,
            (Peers::Rust | Peers::All, Language::Rust) => true,
            (Peers::All, Language::Python) => queue_type == QueueType::Classic,
        }
    }

    /// Builds it, and tells where it is.
    async fn build(self) -> Result<PathBuf> {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let target = sources.join("../../target/peers");
        let package = format!("peer-{}", self.name);
        let output = Command::new(env!("CARGO"))
            .args(["build", "--release", "--locked", "--package", &package])
            .arg("--manifest-path")
            .arg(sources.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .output()
            .await?;
        if output.status.success() {
            return Ok(target.join("release").join(package));
        }
        Err(last_lines(&output.stderr).into())
    }
}

/// One run.
async fn run(program: &Path, bench: &Bench, hop: Hop) -> Result<Used> {
    const PATIENCE: Duration = Duration::from_mins(3);
    let url = bench.broker.url();
    let queues = Queues::of_a_hop(url, hop.queue_type).await?;
    queues.fill(hop).await?;
    let before = bench.broker.usage()?;
    let output = Command::new(program)
        .args([url, queues.source(), queues.target()])
        .args([hop.in_flight.to_string(), hop.events.to_string()])
        .kill_on_drop(true)
        .output();
    let output = timeout(PATIENCE, output).await??;
    let whole = before.until_now()?;
    if !output.status.success() {
        return Err(last_lines(&output.stderr).into());
    }
    let told: Told = serde_json::from_slice(&output.stdout)?;
    queues.account(hop).await?;
    queues.remove().await?;
    let elapsed = Duration::try_from_secs_f64(told.elapsed_seconds)?;
    // Strangers are assumed to have been as busy during the hop as before and after it.
    let share = elapsed.as_secs_f64() / whole.elapsed.as_secs_f64();
    Ok(Used {
        elapsed,
        own: Duration::try_from_secs_f64(told.own_seconds)?,
        others: whole.others.mul_f64(share.min(1.0)),
        ..whole
    })
}

fn last_lines(output: &[u8]) -> String {
    const LINES: usize = 5;
    let text = String::from_utf8_lossy(output);
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("; ")
}
