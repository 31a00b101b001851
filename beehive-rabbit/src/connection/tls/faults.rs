//! What goes wrong with TLS, and what to do about it.

use std::io;

use beehive_core::ErrorKind;
use rustls::{AlertDescription, CertificateError, Error as TlsError};

/// The broker asked for a certificate and got none.
pub(in crate::connection) const CERTIFICATE_WANTED: &str = "the broker asks for a client certificate; give one with with_client_certificate, or with \
     BEEHIVE_RABBIT_CERT_FILE and BEEHIVE_RABBIT_KEY_FILE";
/// The broker got a certificate and ended the connection.
pub(in crate::connection) const CERTIFICATE_REFUSED: &str = "the broker does not accept the client's certificate; check its dates, and that the broker \
     trusts its authority (ssl_options.cacertfile)";

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
        | AlertDescription::NoCertificate => (ErrorKind::Denied, CERTIFICATE_WANTED),
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied => (ErrorKind::Denied, CERTIFICATE_REFUSED),
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
}
