//! Certificates for tests, made anew for each.

use std::path::{Path, PathBuf};

use beehive_tests::trials::namespace;
use libtest_mimic::Failed;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};

/// A folder for files, removed when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Result<Self, Failed> {
        let folder = std::env::temp_dir().join(format!("beehive-{}", namespace()));
        std::fs::create_dir(&folder)?;
        Ok(Self(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file and returns where it is.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<PathBuf, Failed> {
        let path = self.0.join(name);
        std::fs::write(&path, text)?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left is in the folder for temporary files.
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// An authority that only tests trust.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// Whether a certificate is still valid.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validity {
    Valid,
    Expired,
}

/// A certificate and its key, in PEM.
pub(crate) struct Certified {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Result<Self, Failed> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Ok(Self(CertifiedIssuer::self_signed(
            params,
            KeyPair::generate()?,
        )?))
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for a broker of this name or address.
    pub(crate) fn server(&self, name: &str, validity: Validity) -> Result<Certified, Failed> {
        self.certify(name, validity, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// A certificate for a client of this name.
    pub(crate) fn client(&self, name: &str) -> Result<Certified, Failed> {
        self.certify(name, Validity::Valid, ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn certify(
        &self,
        name: &str,
        validity: Validity,
        purpose: ExtendedKeyUsagePurpose,
    ) -> Result<Certified, Failed> {
        let mut params = CertificateParams::new(vec![name.to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![purpose];
        if validity == Validity::Expired {
            params.not_before = date_time_ymd(2001, 1, 1);
            params.not_after = date_time_ymd(2002, 1, 1);
        }
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.0)?;
        Ok(Certified {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }

    /// A folder as a broker wants it: its certificate and key, and whom it trusts.
    pub(crate) fn folder_for(&self, server: &Certified) -> Result<Folder, Failed> {
        let folder = Folder::new()?;
        folder.write("ca.pem", &self.pem())?;
        folder.write("cert.pem", &server.certificate)?;
        folder.write("key.pem", &server.key)?;
        Ok(folder)
    }
}
