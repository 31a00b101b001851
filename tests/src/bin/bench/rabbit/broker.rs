//! The broker that everything runs against.

use std::path::Path;
use std::process::{Command, Stdio};

use lapin::uri::AMQPUri;

use crate::Result;
use crate::companion::Companion;
use crate::machine::Usage;

/// A broker, of this run alone unless the environment names one.
#[derive(Debug)]
pub(super) struct Broker {
    url: String,
    process: Option<Companion>,
    node: Option<Node>,
}

impl Broker {
    /// The one at `AMQP_URL`; a new one where that is not set.
    pub(super) fn find_or_start() -> Result<Self> {
        if let Ok(url) = std::env::var("AMQP_URL") {
            return Self::at(url, None);
        }
        let node = Node(format!("bench-{}", std::process::id()));
        let url = node.start()?;
        Self::at(url, Some(node))
    }

    /// The one that another process of this benchmark has found or started.
    pub(super) fn of_another(url: &str) -> Result<Self> {
        Self::at(url.into(), None)
    }

    fn at(url: String, node: Option<Node>) -> Result<Self> {
        let uri: AMQPUri = url.parse()?;
        let authority = &uri.authority;
        let is_here = ["127.0.0.1", "localhost", "::1", "[::1]"].contains(&&*authority.host);
        let process = if is_here {
            Companion::listening(authority.port)?
        } else {
            None
        };
        Ok(Self { url, process, node })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Whether its processor time can be told from that of strangers.
    pub(super) fn is_watched(&self) -> bool {
        self.process.is_some()
    }

    /// What has been used until now, the broker's share apart.
    pub(super) fn usage(&self) -> Result<Usage> {
        Usage::beside(self.process)
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Some(node) = &self.node {
            // Where this fails, the next one to start a node removes this one.
            node.script(&["remove"]).output().ok();
        }
    }
}

/// A private node of `tests/services`.
#[derive(Debug)]
struct Node(String);

impl Node {
    fn start(&self) -> Result<String> {
        let owner = std::process::id().to_string();
        let output = self
            .script(&["start"])
            .args(["--owner", &owner])
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()?;
        if !output.status.success() {
            return Err(
                "tests/services could not start a broker; set AMQP_URL to use yours".into(),
            );
        }
        Ok(String::from_utf8(output.stdout)?.trim().into())
    }

    fn script(&self, verb: &[&str]) -> Command {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut command = Command::new(tests.join("services"));
        command.arg("node").args(verb).arg(&self.0);
        command
    }
}
