//! Where on S3 values are, and how they are kept.

use beehive_core::{Error, ErrorKind, Result};

use crate::ProvisioningMode;

/// Keys of S3 have at most so many bytes, prefix included.
pub(super) const OBJECT_KEY_MAX: usize = 1024;
/// What a prefix may take of that.
const PREFIX_MAX: usize = 256;
/// The smallest part that S3 takes, but for the last.
const PART_MIN: usize = 5 * 1024 * 1024;

/// How values are encrypted where they lie. They always are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encryption {
    /// As the bucket says.
    #[default]
    Bucket,
    /// With keys of S3.
    Managed,
    /// With this key of the Key Management Service, and a bucket key, which spares most of the
    /// requests to that service.
    Kms(String),
}

/// Whether the endpoint can delete a value only in a given version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeleteMode {
    /// It can, as S3 does.
    #[default]
    Conditional,
    /// It cannot, as some other object stores; such deletes are refused before anything happens.
    Plain,
}

/// Where on S3 values are, and how they are kept.
///
/// ```
/// use beehive_aws::s3::{Encryption, S3Options};
///
/// let options = S3Options::new("shop-documents")
///     .with_prefix("tenant-7/")
///     .with_encryption(Encryption::Managed);
/// assert_eq!(options.bucket(), "shop-documents");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Options {
    bucket: String,
    prefix: String,
    provisioning: ProvisioningMode,
    encryption: Encryption,
    deletes: DeleteMode,
    part_size: usize,
}

impl S3Options {
    /// Values in this bucket, which is checked and not created.
    #[must_use]
    pub fn new(bucket: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            prefix: String::new(),
            provisioning: ProvisioningMode::default(),
            encryption: Encryption::default(),
            deletes: DeleteMode::default(),
            part_size: 8 * 1024 * 1024,
        }
    }

    /// What the keys in the bucket begin with. Stores with different prefixes, none of which begins
    /// with another, share a bucket and see nothing of each other.
    #[must_use]
    pub fn with_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// What is done if the bucket is not there.
    #[must_use]
    pub fn with_provisioning(mut self, provisioning: ProvisioningMode) -> Self {
        self.provisioning = provisioning;
        self
    }

    /// How values are encrypted.
    #[must_use]
    pub fn with_encryption(mut self, encryption: Encryption) -> Self {
        self.encryption = encryption;
        self
    }

    /// Whether the endpoint can delete a value only in a given version.
    #[must_use]
    pub fn with_deletes(mut self, deletes: DeleteMode) -> Self {
        self.deletes = deletes;
        self
    }

    /// Writes larger values in parts of so many bytes, at least five mebibytes. While a value is
    /// written, four of them are in memory. Eight mebibytes unless told otherwise.
    #[must_use]
    pub fn with_part_size(mut self, bytes: usize) -> Self {
        self.part_size = bytes.max(PART_MIN);
        self
    }

    /// The bucket.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// What the keys in the bucket begin with.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What is done if the bucket is not there.
    pub fn provisioning(&self) -> ProvisioningMode {
        self.provisioning
    }

    /// How values are encrypted.
    pub fn encryption(&self) -> &Encryption {
        &self.encryption
    }

    pub(super) fn deletes(&self) -> DeleteMode {
        self.deletes
    }

    pub(super) fn part_size(&self) -> usize {
        self.part_size
    }

    pub(super) fn key_max(&self) -> usize {
        OBJECT_KEY_MAX - self.prefix.len()
    }

    pub(super) fn check(&self) -> Result<()> {
        let plain =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
        if !(3..=63).contains(&self.bucket.len()) || !self.bucket.chars().all(plain) {
            return Err(Error::new(
                ErrorKind::Configuration,
                "a bucket is named by 3 to 63 lower-case letters, digits, hyphens or dots",
            )
            .with_context("given", &self.bucket));
        }
        if self.prefix.len() > PREFIX_MAX {
            return Err(Error::new(
                ErrorKind::Configuration,
                "a prefix has at most 256 bytes",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_can_be_used_are_taken() {
        let with = |bucket: &str, prefix: &str| {
            let options = S3Options::new(bucket).with_prefix(prefix);
            options.check().map_err(|error| error.kind())
        };
        assert_eq!(with("shop-documents.test", "tenant/7/"), Ok(()));
        for (bucket, prefix) in [
            ("ab", ""),
            ("Shop", ""),
            ("a/b", ""),
            (&*"a".repeat(64), ""),
            ("shop", &"a".repeat(257)),
        ] {
            assert_eq!(
                with(bucket, prefix),
                Err(ErrorKind::Configuration),
                "{bucket}"
            );
        }
    }

    #[test]
    fn a_prefix_takes_its_part_of_the_key() {
        let options = S3Options::new("shop").with_prefix("tenant/");
        assert_eq!(options.key_max(), 1024 - 7);
        assert_eq!(options.with_part_size(1).part_size(), PART_MIN);
    }
}
