//! Who the others are, and how their programs come about.

use std::fs;
use std::path::{Path, PathBuf};

use beehive_rabbit::QueueType;
use clap::ValueEnum;
use tokio::process::Command;

use crate::Result;

/// Which of them take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::rabbit) enum Peers {
    /// None.
    None,
    /// Those in Rust.
    Rust,
    /// Those in Python as well; they are installed into `target/peers`.
    All,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    pub(super) name: &'static str,
    language: Language,
    /// What it does about confirmations.
    pub(super) confirms: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Rust,
    Python,
}

const fn in_rust(name: &'static str, confirms: &'static str) -> Peer {
    Peer {
        name,
        language: Language::Rust,
        confirms,
    }
}

const fn in_python(name: &'static str, confirms: &'static str) -> Peer {
    Peer {
        name,
        language: Language::Python,
        confirms,
    }
}

/// All of them.
pub(super) const PEERS: [Peer; 6] = [
    in_rust("apalis", "by hand"),
    in_rust("omniqueue", "none"),
    in_rust("ruststream", "its own, not mandatory"),
    in_python("faststream", "its own"),
    in_python("dramatiq", "its own"),
    in_python("celery", "its own"),
];

/// A program that can be run.
#[derive(Debug)]
pub(super) struct Program {
    path: PathBuf,
    script: Option<PathBuf>,
}

impl Program {
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.script);
        // The sources are no place for what Python compiles.
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// By how much fewer events it is given: the slow ones would take minutes.
    pub(super) fn share(&self) -> u32 {
        if self.script.is_some() { 4 } else { 1 }
    }
}

impl Peer {
    pub(super) fn takes_part(self, peers: Peers, queue_type: QueueType) -> bool {
        match (peers, self.language) {
            (Peers::None, _) | (Peers::Rust, Language::Python) => false,
            (Peers::Rust | Peers::All, Language::Rust) => true,
            (Peers::All, Language::Python) => queue_type == QueueType::Classic,
        }
    }

    /// Builds or installs it.
    pub(super) async fn build(self) -> Result<Program> {
        match self.language {
            Language::Rust => self.compile().await,
            Language::Python => self.install().await,
        }
    }

    async fn compile(self) -> Result<Program> {
        let package = format!("peer-{}", self.name);
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["build", "--release", "--locked", "--package", &package])
            .arg("--manifest-path")
            .arg(sources().join("Cargo.toml"))
            .arg("--target-dir")
            .arg(target());
        succeed(cargo).await?;
        Ok(Program {
            path: target().join("release").join(package),
            script: None,
        })
    }

    async fn install(self) -> Result<Program> {
        let sources = sources().join("python");
        let environment = target().join("python");
        let python = environment.join("bin/python");
        let needed = fs::read(sources.join("requirements.txt"))?;
        let installed = environment.join("requirements.txt");
        if fs::read(&installed).unwrap_or_default() != needed {
            let mut make = Command::new("python3");
            make.args(["-m", "venv"]).arg(&environment);
            succeed(make).await?;
            let mut install = Command::new(&python);
            install
                .args(["-m", "pip", "install", "--quiet", "--requirement"])
                .arg(sources.join("requirements.txt"));
            succeed(install).await?;
            fs::write(&installed, needed)?;
        }
        Ok(Program {
            path: python,
            script: Some(sources.join(format!("hop_{}.py", self.name))),
        })
    }
}

/// The workspace of the peers.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

/// Where they are built.
fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/peers")
}

async fn succeed(mut command: Command) -> Result<()> {
    let output = command.output().await?;
    if output.status.success() {
        return Ok(());
    }
    Err(last_lines(&output.stderr).into())
}

/// The end of what a program printed, on one line.
pub(super) fn last_lines(output: &[u8]) -> String {
    const LINES: usize = 5;
    let text = String::from_utf8_lossy(output);
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("; ")
}
