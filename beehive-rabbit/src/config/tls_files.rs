//! The files with certificates and keys.

use std::path::PathBuf;

/// The files with certificates and keys, in PEM. They are read at every connect, so they may be
/// renewed while the program runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TlsFiles {
    /// The authorities that are trusted; if none is given, the operating system's.
    pub(crate) authorities: Option<PathBuf>,
    /// Our certificate, followed by what is between it and its authority.
    pub(crate) certificate: Option<PathBuf>,
    /// The key of our certificate.
    pub(crate) key: Option<PathBuf>,
}

impl TlsFiles {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
