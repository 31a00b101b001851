//! Listing keys, page by page.

use aws_sdk_s3::types::{EncodingType, Object};
use beehive_core::page::Cursor;
use beehive_core::store::{EntryInfo, ListOptions, Listing, Metadata};
use beehive_core::{Error, ErrorKind, Result};

use super::decoding::{self, unescaped};
use super::place::Place;
use crate::attempts::Repeat;

pub(super) const LIST: &str = "list values";

/// The most keys that S3 lists at a time.
const PAGE_MAX: usize = 1000;

impl Place {
    pub(super) async fn page(&self, prefix: &str, options: &ListOptions) -> Result<Listing> {
        let limit = i32::try_from(options.page.limit().get().min(PAGE_MAX)).unwrap_or(i32::MAX);
        let after = options
            .page
            .after()
            .map(|cursor| cursor.as_str().to_owned());
        let answer = self
            .attempts
            .call(Repeat::Always, || {
                self.client
                    .list_objects_v2()
                    .bucket(&*self.bucket)
                    .prefix(self.object(prefix))
                    .set_delimiter(options.delimiter.map(String::from))
                    .set_continuation_token(after.clone())
                    .max_keys(limit)
                    // Else its answer could not hold every character.
                    .encoding_type(EncodingType::Url)
                    .send()
            })
            .await
            .map_err(|failed| failed.into_error(LIST))?;
        let entries = answer.contents.unwrap_or_default();
        let prefixes = answer.common_prefixes.unwrap_or_default();
        Ok(Listing {
            entries: entries
                .iter()
                .map(|object| self.listed(object))
                .collect::<Result<_>>()?,
            prefixes: prefixes
                .into_iter()
                .map(|folded| self.key_of(folded.prefix.as_deref()))
                .collect::<Result<_>>()?,
            next: answer.next_continuation_token.map(Cursor::new),
        })
    }

    fn listed(&self, object: &Object) -> Result<EntryInfo> {
        Ok(EntryInfo {
            key: self.key_of(object.key())?,
            etag: decoding::etag(object.e_tag())?,
            size: decoding::size(object.size)?,
            modified: decoding::modified(object.last_modified())?,
            content_type: None,
            metadata: Metadata::new(),
        })
    }

    /// The key of this store, as it was listed by its key in the bucket.
    fn key_of(&self, listed: Option<&str>) -> Result<String> {
        let object = unescaped(listed.unwrap_or_default())?;
        match object.strip_prefix(&*self.prefix) {
            Some(key) => Ok(key.to_owned()),
            None => Err(Error::new(
                ErrorKind::Unexpected,
                "S3 listed a key that was not asked for",
            )),
        }
    }
}
