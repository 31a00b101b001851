//! A part of a bucket, and how it is reached.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::ServerSideEncryption;
use beehive_core::store::{EntryInfo, Precondition, PutOptions};
use beehive_core::{ErrorKind, Result};

use super::decoding::{self, NO_CONTENT_TYPE, WRITE_ID, quoted};
use super::options::{Encryption, S3Options};
use crate::AwsConfig;
use crate::attempts::{Attempts, Repeat};
use crate::write_id::WriteId;

/// A part of a bucket, and how it is reached.
#[derive(Clone)]
pub(super) struct Place {
    /// For what is small.
    pub(super) client: Client,
    /// For values and their parts, which may take longer.
    pub(super) transfer: Client,
    pub(super) attempts: Attempts,
    pub(super) bucket: Arc<str>,
    pub(super) prefix: Arc<str>,
    pub(super) encryption: Encryption,
    pub(super) part_size: usize,
    pub(super) endpoint: Option<Arc<str>>,
    pub(super) region: Arc<str>,
}

impl fmt::Debug for Place {
    /// Without the clients and the endpoint, which may show a user with a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place")
            .field("bucket", &self.bucket)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

impl Place {
    pub(super) fn new(config: &AwsConfig, options: &S3Options) -> Self {
        let endpoint = config.endpoint("S3");
        let client = |attempt| {
            let sdk = config.sdk(attempt);
            // Elsewhere than at AWS nobody resolves a name for every bucket.
            let config = Builder::from(&sdk).force_path_style(endpoint.is_some());
            Client::from_conf(config.build())
        };
        let timeouts = config.timeouts();
        Self {
            client: client(timeouts.attempt()),
            transfer: client(timeouts.transfer()),
            attempts: Attempts::new(timeouts.operation().max(timeouts.transfer())),
            bucket: options.bucket().into(),
            prefix: options.prefix().into(),
            encryption: options.encryption().clone(),
            part_size: options.part_size(),
            region: config.region().unwrap_or("us-east-1").into(),
            endpoint: endpoint.map(Into::into),
        }
    }

    /// The key in the bucket.
    pub(super) fn object(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    /// What is known of a value; `None` if there is none.
    pub(super) async fn head(
        &self,
        operation: &'static str,
        key: &str,
    ) -> Result<Option<HeadObjectOutput>> {
        let found = self
            .attempts
            .call(Repeat::Always, || {
                self.client
                    .head_object()
                    .bucket(&*self.bucket)
                    .key(self.object(key))
                    .send()
            })
            .await;
        match found {
            Ok(found) => Ok(Some(found)),
            Err(failed) if failed.kind() == ErrorKind::NotFound => Ok(None),
            Err(failed) => Err(failed.into_error(operation)),
        }
    }
}

/// What is known of a value, and the name of the write that made it.
pub(super) fn info_of(key: &str, found: HeadObjectOutput) -> Result<(EntryInfo, Option<String>)> {
    let etag = decoding::etag(found.e_tag())?;
    let modified = decoding::modified(found.last_modified())?;
    let (metadata, write) = decoding::metadata(found.metadata);
    let info = EntryInfo {
        key: key.to_owned(),
        etag,
        size: decoding::size(found.content_length)?,
        modified,
        content_type: decoding::content_type(found.content_type),
        metadata,
    };
    Ok((info, write))
}

/// What goes with a value, in the words of S3.
#[derive(Clone, Debug)]
pub(super) struct Headers {
    pub(super) content_type: String,
    pub(super) metadata: HashMap<String, String>,
    pub(super) if_match: Option<String>,
    pub(super) if_none_match: Option<String>,
    pub(super) encryption: Option<ServerSideEncryption>,
    pub(super) kms_key: Option<String>,
    /// The name of the write, if there was room for it.
    pub(super) write: Option<WriteId>,
}

impl Headers {
    pub(super) fn new(options: &PutOptions, encryption: &Encryption, mark: Mark) -> Self {
        let mut metadata: HashMap<String, String> = options
            .metadata
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let write = (mark == Mark::WithRoom && has_room(options)).then(WriteId::new);
        if let Some(write) = &write {
            metadata.insert(WRITE_ID.into(), write.as_str().into());
        }
        let (encryption, kms_key) = match encryption {
            Encryption::Bucket => (None, None),
            Encryption::Managed => (Some(ServerSideEncryption::Aes256), None),
            Encryption::Kms(key) => (Some(ServerSideEncryption::AwsKms), Some(key.clone())),
        };
        let content_type = options.content_type.as_deref();
        Self {
            content_type: content_type.unwrap_or(NO_CONTENT_TYPE).to_owned(),
            metadata,
            if_match: match &options.precondition {
                Precondition::Match(etag) => Some(quoted(etag)),
                _ => None,
            },
            if_none_match: (options.precondition == Precondition::Absent).then(|| "*".to_owned()),
            encryption,
            kms_key,
            write,
        }
    }

    /// The bucket key is asked for with every key of the Key Management Service.
    pub(super) fn bucket_key(&self) -> Option<bool> {
        self.kms_key.as_ref().map(|_| true)
    }
}

/// Whether the name of the write is kept with the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Never,
    /// If the caller's metadata leaves room for it.
    WithRoom,
}

/// Whether the metadata leaves room for the name of the write, of 32 characters.
fn has_room(options: &PutOptions) -> bool {
    let used: usize = options
        .metadata
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    used + WRITE_ID.len() + 32 <= beehive_core::store::METADATA_MAX
}

#[cfg(test)]
mod tests {
    use beehive_core::store::{Etag, METADATA_MAX};

    use super::*;

    #[test]
    fn preconditions_become_headers() {
        for (precondition, if_match, if_none_match) in [
            (Precondition::None, None, None),
            (Precondition::Absent, None, Some("*")),
            (Precondition::Match(Etag::new("1")), Some("\"1\""), None),
        ] {
            let options = PutOptions {
                precondition,
                ..PutOptions::default()
            };
            let headers = Headers::new(&options, &Encryption::Bucket, Mark::Never);
            assert_eq!(headers.if_match.as_deref(), if_match);
            assert_eq!(headers.if_none_match.as_deref(), if_none_match);
        }
    }

    #[test]
    fn a_write_is_marked_where_there_is_room() {
        let with = |length: usize, mark| {
            let options = PutOptions::default().with_metadata("a", "x".repeat(length));
            let headers = Headers::new(&options, &Encryption::Bucket, mark);
            assert_eq!(
                headers.write.is_some(),
                headers.metadata.contains_key(WRITE_ID)
            );
            let used: usize = headers
                .metadata
                .iter()
                .map(|(name, value)| name.len() + value.len())
                .sum();
            assert!(used <= METADATA_MAX, "{used}");
            headers.write.is_some()
        };
        let room = METADATA_MAX - 1 - WRITE_ID.len() - 32;
        assert!(with(1, Mark::WithRoom) && with(room, Mark::WithRoom));
        assert!(!with(room + 1, Mark::WithRoom) && !with(1, Mark::Never));
    }

    #[test]
    fn encryption_becomes_headers() {
        let options = PutOptions::default();
        let of = |encryption: &Encryption| {
            let headers = Headers::new(&options, encryption, Mark::Never);
            let bucket_key = headers.bucket_key();
            (headers.encryption, headers.kms_key, bucket_key)
        };
        assert_eq!(of(&Encryption::Bucket), (None, None, None));
        assert_eq!(
            of(&Encryption::Managed),
            (Some(ServerSideEncryption::Aes256), None, None)
        );
        assert_eq!(
            of(&Encryption::Kms("alias/a".into())),
            (
                Some(ServerSideEncryption::AwsKms),
                Some("alias/a".into()),
                Some(true)
            )
        );
    }
}
