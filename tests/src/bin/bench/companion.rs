//! Another process of this machine that works for what is measured, such as a broker.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::Result;
use crate::machine::{processor_time, ticks};

/// A process, or two, whose processor time is told apart from that of strangers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Companion {
    process: u32,
    second: Option<u32>,
}

impl Companion {
    /// The process that listens on a TCP port of this machine, if there is one that we may look at.
    pub(crate) fn listening(port: u16) -> Result<Option<Self>> {
        let sockets = listening_sockets(port);
        for process in fs::read_dir("/proc")?.flatten() {
            let name = process.file_name();
            let Some(id) = name.to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            if has_one_of(&process.path(), &sockets) {
                return Ok(Some(Self {
                    process: id,
                    second: None,
                }));
            }
        }
        Ok(None)
    }

    /// Both of them, where they are two.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            second: Some(other.process).filter(|process| *process != self.process),
            ..self
        }
    }

    /// The processor time they have used until now.
    pub(crate) fn used(self) -> Result<Duration> {
        let mut used = Duration::ZERO;
        for process in [Some(self.process), self.second].into_iter().flatten() {
            let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
            used += ticks(processor_time(&stat)?.take(2))?;
        }
        Ok(used)
    }
}

/// What the kernel calls the sockets that listen on a port.
fn listening_sockets(port: u16) -> Vec<String> {
    /// The state of a socket that listens.
    const LISTEN: &str = "0A";
    let mut sockets = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        // A kernel without IPv6 has only the first.
        let table = fs::read_to_string(table).unwrap_or_default();
        for line in table.lines().skip(1) {
            let fields: Vec<_> = line.split_whitespace().collect();
            let [_, local, _, state, _, _, _, _, _, inode, ..] = fields[..] else {
                continue;
            };
            if state == LISTEN && local.ends_with(&format!(":{port:04X}")) {
                sockets.push(format!("socket:[{inode}]"));
            }
        }
    }
    sockets
}

/// Whether a process has one of these sockets open; `false` if it is not ours to look at.
fn has_one_of(process: &Path, sockets: &[String]) -> bool {
    let Ok(descriptors) = fs::read_dir(process.join("fd")) else {
        return false;
    };
    descriptors.flatten().any(|descriptor| {
        fs::read_link(descriptor.path())
            .is_ok_and(|link| sockets.iter().any(|socket| link.as_os_str() == &**socket))
    })
}
