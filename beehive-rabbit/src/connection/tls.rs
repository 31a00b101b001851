//! Certificates and keys, and what goes wrong with them.

use std::io;
use std::path::Path;

use beehive_core::ErrorKind;
use lapin::tcp::{RustlsConnector, RustlsConnectorConfig};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{AlertDescription, CertificateError, Error as TlsError, RootCertStore};

use crate::config::TlsFiles;

/// Larger files hold no certificates that somebody gave us.
const FILE_SIZE_MAX: u64 = 4 * 1024 * 1024;

/// What is wrong with the files, each with its remedy.
pub(crate) fn findings(files: &TlsFiles) -> Vec<String> {
    connector(files).err().unwrap_or_default()
}

/// What makes TLS connections: verifies the broker's certificate and its name, always, by the given
/// authorities or else the operating system's, and shows ours if there is one.
///
/// Blocks while it reads files.
pub(super) fn connector(files: &TlsFiles) -> Result<RustlsConnector, Vec<String>> {
    let mut findings = Vec::new();
    let roots = roots(files).map_err(|finding| findings.push(finding));
    let identity = identity(files).map_err(|finding| findings.extend(finding));
    let (Ok(roots), Ok(identity)) = (roots, identity) else {
        return Err(findings);
    };
    let connector = match identity {
        Some((chain, key)) => roots.connector_with_single_cert(chain, key),
        None => roots.connector_with_no_client_auth(),
    };
    connector.map_err(|error| {
        vec![format!(
            "the client's certificate and key cannot be used, or do not belong together: {error}"
        )]
    })
}

/// The authorities that are trusted.
fn roots(files: &TlsFiles) -> Result<RustlsConnectorConfig, String> {
    let Some(file) = &files.authorities else {
        return RustlsConnectorConfig::new_with_native_certs().map_err(|error| {
            format!(
                "the operating system has no certificate authorities ({error}); install its \
                 ca-certificates, or give a CA file"
            )
        });
    };
    let certificates = certificates(file).map_err(|why| format!("CA file {why}"))?;
    let mut store = RootCertStore::empty();
    for certificate in &certificates {
        store.add(certificate.clone()).map_err(|error| {
            format!(
                "CA file {}: a certificate cannot be read: {error}",
                file.display()
            )
        })?;
    }
    Ok(RustlsConnectorConfig::default().with_parsable_certificates(certificates))
}

/// Our certificate with its chain, and its key.
type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn identity(files: &TlsFiles) -> Result<Option<Identity>, Vec<String>> {
    let (Some(certificate), Some(key)) = (&files.certificate, &files.key) else {
        return Ok(None);
    };
    let chain = certificates(certificate).map_err(|why| format!("client certificate {why}"));
    let key = private_key(key).map_err(|why| format!("client key {why}"));
    match (chain, key) {
        (Ok(chain), Ok(key)) => Ok(Some((chain, key))),
        (chain, key) => Err(chain.err().into_iter().chain(key.err()).collect()),
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
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
fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, String> {
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

/// Whether TLS itself failed.
pub(crate) fn is_fault(error: &io::Error) -> bool {
    fault(error).is_some()
}

fn fault(error: &io::Error) -> Option<&TlsError> {
    error.get_ref()?.downcast_ref()
}

/// What kind of error it is, and what to do about it.
pub(crate) fn classify(error: &io::Error) -> (ErrorKind, String) {
    let (kind, message) = match fault(error) {
        Some(TlsError::InvalidCertificate(error)) => bad_certificate(error),
        Some(TlsError::AlertReceived(alert)) => refused(*alert),
        Some(TlsError::InvalidMessage(_)) => (
            ErrorKind::Configuration,
            "what answers speaks no TLS; check the port (often 5671 with TLS, 5672 without), or \
             write amqp:// if the broker has no TLS",
        ),
        Some(TlsError::PeerIncompatible(_)) => (
            ErrorKind::Configuration,
            "the broker offers no TLS that is safe; let it offer TLS 1.2 or 1.3 with current \
             cipher suites",
        ),
        None if error.kind() == io::ErrorKind::InvalidInput => (
            ErrorKind::Configuration,
            "the host in the URL is no name that a certificate can have",
        ),
        Some(_) | None => (
            ErrorKind::Temporary,
            "the broker ended the TLS handshake; check its log, and the port (often 5671)",
        ),
    };
    (kind, message.to_owned())
}

/// What is wrong with the broker's certificate.
fn bad_certificate(error: &CertificateError) -> (ErrorKind, &'static str) {
    let message = match error {
        CertificateError::UnknownIssuer => {
            "the broker's certificate is of no authority that is trusted here; give its CA with \
             with_ca_file or BEEHIVE_RABBIT_CA_FILE"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the broker's certificate is for another host; write a name into the URL that it is \
             for, or let it have the name that is written there"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the broker's certificate has expired; renew it on the broker, and check the clocks"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the broker's certificate is not valid yet; check the clocks"
        }
        CertificateError::Revoked => "the broker's certificate was revoked; renew it on the broker",
        _ => "the broker's certificate cannot be trusted; see the cause",
    };
    (ErrorKind::Configuration, message)
}

/// Why the broker wants no TLS with us.
fn refused(alert: AlertDescription) -> (ErrorKind, &'static str) {
    match alert {
        AlertDescription::CertificateRequired
        | AlertDescription::HandshakeFailure
        | AlertDescription::NoCertificate => (
            ErrorKind::Denied,
            "the broker asks for a client certificate; give one with with_client_certificate, or \
             with BEEHIVE_RABBIT_CERT_FILE and BEEHIVE_RABBIT_KEY_FILE",
        ),
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied => (
            ErrorKind::Denied,
            "the broker does not accept the client's certificate; check its dates, and that the \
             broker trusts its authority (ssl_options.cacertfile)",
        ),
        _ => (
            ErrorKind::Temporary,
            "the broker refuses the TLS handshake; see the cause, and the broker's log",
        ),
    }
}

#[cfg(test)]
mod tests {
    use rustls::{InvalidMessage, PeerIncompatible};

    use super::*;

    #[test]
    fn each_fault_says_what_to_do() {
        use AlertDescription as A;
        use CertificateError as C;
        use ErrorKind::{Configuration, Denied, Temporary};
        for (fault, kind, words) in [
            (C::UnknownIssuer.into(), Configuration, "with_ca_file"),
            (C::NotValidForName.into(), Configuration, "another host"),
            (C::Expired.into(), Configuration, "expired"),
            (C::NotValidYet.into(), Configuration, "clocks"),
            (C::Revoked.into(), Configuration, "revoked"),
            (C::BadSignature.into(), Configuration, "cannot be trusted"),
            (
                TlsError::AlertReceived(A::CertificateRequired),
                Denied,
                "with_client_certificate",
            ),
            (
                TlsError::AlertReceived(A::HandshakeFailure),
                Denied,
                "with_client_certificate",
            ),
            (
                TlsError::AlertReceived(A::UnknownCA),
                Denied,
                "does not accept",
            ),
            (TlsError::AlertReceived(A::InternalError), Temporary, "log"),
            (
                InvalidMessage::InvalidContentType.into(),
                Configuration,
                "no TLS",
            ),
            (
                PeerIncompatible::NoCipherSuitesInCommon.into(),
                Configuration,
                "TLS 1.2",
            ),
        ] {
            let error = io::Error::new(io::ErrorKind::InvalidData, fault);
            assert!(is_fault(&error), "{error}");
            let (found, message) = classify(&error);
            assert_eq!(found, kind, "{message}");
            assert!(message.contains(words), "{words}: {message}");
        }
        let ended = io::ErrorKind::UnexpectedEof.into();
        assert!(!is_fault(&ended));
        assert_eq!(classify(&ended).0, Temporary);
    }

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
