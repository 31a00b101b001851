//! Shows our certificate when the broker asks for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

use super::faults::{CERTIFICATE_REFUSED, CERTIFICATE_WANTED};

/// Shows our certificate when the broker asks for it, and remembers that it did.
///
/// With TLS 1.3 the broker says what it thinks of our certificate only after we have begun to speak,
/// and what it says is lost if its end of the connection overtakes it.
#[derive(Debug)]
pub(in crate::connection) struct Introduction {
    identity: Option<Arc<CertifiedKey>>,
    was_asked: AtomicBool,
}

impl Introduction {
    pub(super) fn new(identity: Option<Arc<CertifiedKey>>) -> Self {
        Self {
            identity,
            was_asked: AtomicBool::new(false),
        }
    }

    /// Why the broker probably ended the connection without a word, if it asked for a certificate.
    pub(in crate::connection) fn doubt(&self) -> Option<&'static str> {
        if !self.was_asked.load(Ordering::Relaxed) {
            return None;
        }
        Some(match self.identity {
            None => CERTIFICATE_WANTED,
            Some(_) => CERTIFICATE_REFUSED,
        })
    }
}

impl ResolvesClientCert for Introduction {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.was_asked.store(true, Ordering::Relaxed);
        self.identity.clone()
    }

    fn has_certs(&self) -> bool {
        self.identity.is_some()
    }
}
