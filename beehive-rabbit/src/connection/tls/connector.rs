//! Makes TLS connections.

use std::sync::Arc;

use lapin::tcp::RustlsConnector;
use rustls::crypto::{CryptoProvider, ring};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore};

use super::introduction::Introduction;
use super::pem;
use crate::config::TlsFiles;

/// What is wrong with the files, each with its remedy.
pub(crate) fn findings(files: &TlsFiles) -> Vec<String> {
    connector(files).err().unwrap_or_default()
}

/// What makes TLS connections, and what it tells of those that it makes: verifies the broker's
/// certificate and its name, always, by the given authorities or else the operating system's, and
/// shows ours if there is one.
///
/// Blocks while it reads files.
pub(in crate::connection) fn connector(
    files: &TlsFiles,
) -> Result<(RustlsConnector, Arc<Introduction>), Vec<String>> {
    // Not the process's default, which is for the program to choose.
    let provider = Arc::new(ring::default_provider());
    let (roots, identity) = match (roots(files), identity(files, &provider)) {
        (Ok(roots), Ok(identity)) => (roots, identity),
        (roots, identity) => {
            let mut findings = identity.err().unwrap_or_default();
            findings.extend(roots.err());
            return Err(findings);
        }
    };
    let introduction = Arc::new(Introduction::new(identity));
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| vec![format!("TLS cannot be used: {error}")])?
        .with_root_certificates(roots)
        .with_client_cert_resolver(Arc::clone(&introduction) as _);
    Ok((config.into(), introduction))
}

/// The authorities that are trusted.
fn roots(files: &TlsFiles) -> Result<RootCertStore, String> {
    let mut store = RootCertStore::empty();
    let Some(file) = &files.authorities else {
        let found = rustls_native_certs::load_native_certs();
        // Some that no longer can be read are in every system.
        store.add_parsable_certificates(found.certs);
        if store.is_empty() {
            let why = found.errors.first().map(|error| format!(" ({error})"));
            return Err(format!(
                "the operating system has no certificate authorities{}; install its \
                 ca-certificates, or give a CA file",
                why.unwrap_or_default()
            ));
        }
        return Ok(store);
    };
    for certificate in pem::certificates(file).map_err(|why| format!("CA file {why}"))? {
        store.add(certificate).map_err(|error| {
            format!(
                "CA file {}: a certificate cannot be read: {error}",
                file.display()
            )
        })?;
    }
    Ok(store)
}

/// Our certificate with its chain and its key.
fn identity(
    files: &TlsFiles,
    provider: &CryptoProvider,
) -> Result<Option<Arc<CertifiedKey>>, Vec<String>> {
    let (Some(certificate), Some(key)) = (&files.certificate, &files.key) else {
        return Ok(None);
    };
    let chain = pem::certificates(certificate).map_err(|why| format!("client certificate {why}"));
    let key = pem::private_key(key).map_err(|why| format!("client key {why}"));
    let (chain, key) = match (chain, key) {
        (Ok(chain), Ok(key)) => (chain, key),
        (chain, key) => return Err(chain.err().into_iter().chain(key.err()).collect()),
    };
    let certified = CertifiedKey::from_der(chain, key, provider).map_err(|error| {
        vec![format!(
            "the client's certificate and key cannot be used, or do not belong together: {error}"
        )]
    })?;
    Ok(Some(Arc::new(certified)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_missing_or_wrong_are_found_all_at_once() {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let files = TlsFiles {
            authorities: Some(manifest.into()),
            certificate: Some("/nowhere/cert.pem".into()),
            key: Some(manifest.into()),
        };
        let findings = findings(&files);
        assert_eq!(findings.len(), 3, "{findings:?}");
        for words in [
            "CA file",
            "no certificate",
            "/nowhere/cert.pem",
            "client key",
        ] {
            assert!(
                findings.iter().any(|finding| finding.contains(words)),
                "{words}: {findings:?}"
            );
        }
    }
}
