//! Values on S3: one object each.

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use beehive_core::queue::Health;
use beehive_core::store::{
    Entry, EntryInfo, Etag, KeyValueStore, ListOptions, Listing, Precondition, PutOptions,
    StoreCapabilities, Value,
};
use beehive_core::{Error, ErrorKind, Result};
use futures_util::stream;

use super::decoding::{self, WRITE_ID, quoted};
use super::listing::LIST;
use super::options::{DeleteMode, S3Options};
use super::parts::value_max;
use super::place::{Place, info_of};
use super::provision::ensure;
use super::url::url;
use super::write::PUT;
use crate::attempts::Repeat;
use crate::error::open_fate;
use crate::{AwsConfig, ProvisioningMode};

const GET: &str = "get value";
const INFO: &str = "get info of value";
const DELETE: &str = "delete value";

/// A key-value store on S3.
///
/// Short values are one request, longer ones are written in parts and read as a stream, so neither
/// need fit into memory. What fails or is dropped on the way leaves no value and no parts; what a
/// crash leaves, a lifecycle rule of the bucket for incomplete uploads removes.
///
/// A write under a precondition keeps a name of its own in the metadata, hidden from readers, so that
/// one that was done and not answered is known again. Metadata of nearly
/// [`METADATA_MAX`](beehive_core::store::METADATA_MAX) bytes leaves no room for it, and then such a
/// write may end in [`ErrorKind::Temporary`]. Versions are those of S3, made from the content.
#[derive(Clone, Debug)]
pub struct S3KeyValue {
    place: Place,
    capabilities: StoreCapabilities,
}

impl S3KeyValue {
    /// Finds or makes the bucket, as the options say.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if it is missing or elsewhere, and for names that cannot be;
    /// [`ErrorKind::Denied`] without credentials or rights.
    ///
    /// # Cancel safety
    /// Dropping the future may leave the bucket made.
    pub async fn open(config: &AwsConfig, options: &S3Options) -> Result<Self> {
        let failed = |error: Error| {
            error
                .with_operation("open store")
                .with_context("bucket", options.bucket())
        };
        options.check().map_err(failed)?;
        let place = Place::new(config, options);
        ensure(&place, options.provisioning())
            .await
            .map_err(failed)?;
        let mut capabilities = StoreCapabilities::full();
        capabilities.value_max = Some(value_max(options.part_size()));
        capabilities.key_max = options.key_max();
        capabilities.delete_match = options.deletes() == DeleteMode::Conditional;
        Ok(Self {
            place,
            capabilities,
        })
    }

    /// How S3 is, asked with one request; the text names what is wrong, such as credentials, rights, a
    /// missing bucket or the clock of this machine.
    pub async fn health(&self) -> Health {
        match ensure(&self.place, ProvisioningMode::Check).await {
            Ok(()) => Health::Up,
            Err(error) => {
                Health::Down(error.with_context("bucket", &self.place.bucket).to_string())
            }
        }
    }

    async fn put_checked(&self, key: &str, value: Value, options: &PutOptions) -> Result<Etag> {
        self.capabilities.check_key(key)?;
        options.check()?;
        if options.metadata.contains_key(WRITE_ID) {
            return Err(Error::new(
                ErrorKind::Invalid,
                "this name of metadata is for the store itself",
            )
            .with_context("name", WRITE_ID));
        }
        if let Value::Bytes(bytes) = &value {
            self.capabilities.check_value(bytes.len())?;
        }
        self.place.write(key, value, options).await
    }

    async fn get_checked(&self, key: &str) -> Result<Option<Entry>> {
        self.capabilities.check_key(key)?;
        let place = &self.place;
        let found = place
            .attempts
            .call(Repeat::Always, || {
                place
                    .transfer
                    .get_object()
                    .bucket(&*place.bucket)
                    .key(place.object(key))
                    .send()
            })
            .await;
        let found = match found {
            Ok(found) => found,
            Err(failed) if failed.kind() == ErrorKind::NotFound => return Ok(None),
            Err(failed) => return Err(failed.into_error(GET)),
        };
        let etag = decoding::etag(found.e_tag())?;
        let modified = decoding::modified(found.last_modified())?;
        let (metadata, _) = decoding::metadata(found.metadata);
        let info = EntryInfo {
            key: key.to_owned(),
            etag,
            size: decoding::size(found.content_length)?,
            modified,
            content_type: decoding::content_type(found.content_type),
            metadata,
        };
        Ok(Some(Entry {
            value: pieces(found.body, key),
            info,
        }))
    }

    async fn delete_checked(&self, key: &str, precondition: &Precondition) -> Result<()> {
        self.capabilities.check_key(key)?;
        self.capabilities.check_delete(precondition)?;
        let if_match = match precondition {
            Precondition::Match(etag) => Some(quoted(etag)),
            _ => None,
        };
        let place = &self.place;
        let deleted = place
            .attempts
            .call(Repeat::Always, || {
                place
                    .client
                    .delete_object()
                    .bucket(&*place.bucket)
                    .key(place.object(key))
                    .set_if_match(if_match.clone())
                    .send()
            })
            .await;
        let Err(failed) = deleted else {
            return Ok(());
        };
        match failed.kind() {
            ErrorKind::Conflict | ErrorKind::NotFound if failed.was_doubtful() => {
                // The version is gone, and it may have been this call that deleted it.
                Err(open_fate(DELETE))
            }
            ErrorKind::NotFound => Err(Error::new(
                ErrorKind::Conflict,
                "the item was deleted meanwhile",
            )),
            _ => Err(failed.into_error(DELETE)),
        }
    }
}

/// The body as it comes, each piece checked by the SDK against what S3 has of the checksum.
fn pieces(body: ByteStream, key: &str) -> Value {
    let key = key.to_owned();
    Value::stream(stream::unfold(Some((body, key)), |state| async {
        let (mut body, key) = state?;
        match body.next().await? {
            Ok(piece) => Some((Ok(piece), Some((body, key)))),
            Err(error) => {
                let error = Error::new(
                    ErrorKind::Temporary,
                    "the value stopped coming before its end",
                )
                .with_operation(GET)
                .with_context("key", key)
                .with_source(error);
                Some((Err(error), None))
            }
        }
    }))
}

#[async_trait]
impl KeyValueStore for S3KeyValue {
    fn capabilities(&self) -> &StoreCapabilities {
        &self.capabilities
    }

    async fn put(&self, key: &str, value: Value, options: PutOptions) -> Result<Etag> {
        self.put_checked(key, value, &options)
            .await
            .map_err(|error| of(error, PUT, key))
    }

    async fn get(&self, key: &str) -> Result<Option<Entry>> {
        self.get_checked(key)
            .await
            .map_err(|error| of(error, GET, key))
    }

    async fn info(&self, key: &str) -> Result<Option<EntryInfo>> {
        let failed = |error| of(error, INFO, key);
        self.capabilities.check_key(key).map_err(failed)?;
        let found = self.place.head(INFO, key).await.map_err(failed)?;
        let info = found.map(|found| info_of(key, found)).transpose();
        Ok(info.map_err(failed)?.map(|(info, _)| info))
    }

    async fn delete(&self, key: &str, precondition: &Precondition) -> Result<()> {
        self.delete_checked(key, precondition)
            .await
            .map_err(|error| of(error, DELETE, key))
    }

    async fn list(&self, prefix: &str, options: &ListOptions) -> Result<Listing> {
        self.place
            .page(prefix, options)
            .await
            .map_err(|error| error.with_operation(LIST).with_context("prefix", prefix))
    }

    fn url(&self, key: &str) -> String {
        let place = &self.place;
        url(
            place.endpoint.as_deref(),
            &place.region,
            &place.bucket,
            &place.object(key),
        )
    }
}

fn of(error: Error, operation: &'static str, key: &str) -> Error {
    error.with_operation(operation).with_context("key", key)
}
