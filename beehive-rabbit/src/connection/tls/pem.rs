//! Reads certificates and keys.

use std::io;
use std::path::Path;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Larger files hold no certificates that somebody gave us.
const FILE_SIZE_MAX: u64 = 4 * 1024 * 1024;

/// The certificates in a file, at least one.
pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = read(file)?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{}: it is no PEM: {error}", file.display()))?;
    if certificates.is_empty() {
        return Err(format!("{}: there is no certificate in it", file.display()));
    }
    Ok(certificates)
}

/// The key; why it cannot be read is said without quoting it.
pub(super) fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_slice(&read(file)?).map_err(|_| {
        format!(
            "{}: there is no key in it that can be read; it is PEM without a password",
            file.display()
        )
    })
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    let why = |error: io::Error| format!("{}: {error}", file.display());
    if std::fs::metadata(file).map_err(why)?.len() > FILE_SIZE_MAX {
        return Err(format!("{}: it is too large", file.display()));
    }
    std::fs::read(file).map_err(why)
}
