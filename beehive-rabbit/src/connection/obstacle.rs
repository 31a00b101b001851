//! Why the broker cannot be reached, before it said a word.

use std::{error, fmt, io};

use beehive_core::ErrorKind;

/// Why the broker cannot be reached, before it said a word.
#[derive(Debug)]
pub(crate) enum Obstacle {
    /// The name of its host has no address.
    Unresolved(io::Error),
    /// No connection to its port.
    Unreachable(io::Error),
    /// It was reached, and no TLS connection came of it.
    #[cfg(feature = "tls")]
    Tls(io::Error),
    /// What TLS needs of ours is missing or wrong.
    #[cfg(feature = "tls")]
    TlsFiles(Vec<String>),
    /// This program cannot speak TLS.
    #[cfg(not(feature = "tls"))]
    NoTls,
    /// The time for it is over.
    TimedOut(Stage),
    /// The driver made something else than a connection.
    Strange,
}

/// How far one got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Asking for the addresses of a host.
    Resolve,
    /// Connecting to its port.
    Connect,
    /// Agreeing on keys.
    #[cfg(feature = "tls")]
    Tls,
}

impl Obstacle {
    /// What kind of error it is, and what to do about it.
    pub(crate) fn classify(&self) -> (ErrorKind, String) {
        match self {
            Self::Unresolved(_) => (
                ErrorKind::Temporary,
                "the broker's host has no address; check the host in the URL, and the name service"
                    .into(),
            ),
            Self::Unreachable(error) if error.kind() == io::ErrorKind::ConnectionRefused => (
                ErrorKind::Temporary,
                "nothing listens there; check host and port, and whether the broker runs".into(),
            ),
            Self::Unreachable(_) => (
                ErrorKind::Temporary,
                "the broker's host cannot be reached; check host, network and firewall".into(),
            ),
            #[cfg(feature = "tls")]
            Self::Tls(error) => super::tls::classify(error),
            #[cfg(feature = "tls")]
            Self::TlsFiles(findings) => (ErrorKind::Configuration, findings.join("; ")),
            #[cfg(not(feature = "tls"))]
            Self::NoTls => (
                ErrorKind::Configuration,
                "amqps:// takes the feature `tls` of beehive-rabbit, which is switched off".into(),
            ),
            Self::TimedOut(Stage::Resolve) => (
                ErrorKind::Temporary,
                "the name service does not answer".into(),
            ),
            Self::TimedOut(Stage::Connect) => (
                ErrorKind::Temporary,
                "the broker's host does not answer; check host, port and firewall".into(),
            ),
            #[cfg(feature = "tls")]
            Self::TimedOut(Stage::Tls) => (
                ErrorKind::Temporary,
                "the broker does not answer in TLS; is the port the one for amqps, often 5671?"
                    .into(),
            ),
            Self::Strange => (
                ErrorKind::Unexpected,
                "the driver made no connection".into(),
            ),
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unresolved(error) | Self::Unreachable(error) => error.fmt(f),
            #[cfg(feature = "tls")]
            Self::Tls(error) => error.fmt(f),
            #[cfg(feature = "tls")]
            Self::TlsFiles(findings) => f.write_str(&findings.join("; ")),
            #[cfg(not(feature = "tls"))]
            Self::NoTls => f.write_str("no TLS"),
            Self::TimedOut(stage) => write!(f, "timed out: {stage:?}"),
            Self::Strange => f.write_str("no connection"),
        }
    }
}

impl error::Error for Obstacle {}
