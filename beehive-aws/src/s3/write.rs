//! Writing a value: with one request if it is short, else in parts.

use aws_sdk_s3::primitives::ByteStream;
use beehive_core::store::{Etag, Precondition, PutOptions, Value};
use beehive_core::{Error, ErrorKind, Result};
use bytes::Bytes;

use super::decoding;
use super::multipart::Uploaded;
use super::parts::{Parts, value_max};
use super::place::{Headers, Mark, Place, info_of};
use super::refusal::{Finding, finding, needs_look, refused};
use crate::attempts::{Repeat, pause};
use crate::write_id::WriteId;

pub(super) const PUT: &str = "put value";

/// How often all parts of a value are sent whose completion lost a race: they are many bytes, and who
/// wrote meanwhile is known after one more.
const TRIES_MAX: u32 = 3;

impl Place {
    /// Writes a value, whole or not at all.
    pub(super) async fn write(
        &self,
        key: &str,
        value: Value,
        options: &PutOptions,
    ) -> Result<Etag> {
        // What comes once cannot be sent twice.
        let again = match &value {
            Value::Bytes(bytes) => Some(bytes.clone()),
            Value::Stream(_) => None,
        };
        let mut parts = Parts::of(value, value_max(self.part_size));
        if parts.ends_within(self.part_size).await? {
            let body = parts.next(self.part_size).await?.unwrap_or_default();
            return self.write_whole(key, &body, options).await;
        }
        let mut tries = 0;
        loop {
            tries += 1;
            let raced = match self.write_parts(key, parts, options).await? {
                Uploaded::Done(etag) => return Ok(etag),
                Uploaded::Raced(error) => error,
            };
            let Some(bytes) = again.clone().filter(|_| tries < TRIES_MAX) else {
                return Err(raced);
            };
            pause(tries).await;
            parts = Parts::of(bytes.into(), value_max(self.part_size));
        }
    }

    async fn write_whole(&self, key: &str, body: &Bytes, options: &PutOptions) -> Result<Etag> {
        // A write that expects nothing can be done twice; one that does must know itself again.
        let mark = match options.precondition {
            Precondition::None => Mark::Never,
            _ => Mark::WithRoom,
        };
        let headers = Headers::new(options, &self.encryption, mark);
        let done = self
            .attempts
            .call(Repeat::Always, || {
                let headers = headers.clone();
                let bucket_key = headers.bucket_key();
                self.transfer
                    .put_object()
                    .bucket(&*self.bucket)
                    .key(self.object(key))
                    .body(ByteStream::from(body.clone()))
                    .content_type(headers.content_type)
                    .set_metadata(Some(headers.metadata))
                    .set_if_match(headers.if_match)
                    .set_if_none_match(headers.if_none_match)
                    .set_server_side_encryption(headers.encryption)
                    .set_ssekms_key_id(headers.kms_key)
                    .set_bucket_key_enabled(bucket_key)
                    .send()
            })
            .await;
        match done {
            Ok(answer) => decoding::etag(answer.e_tag()),
            Err(failed) => {
                let (kind, doubtful) = (failed.kind(), failed.was_doubtful());
                let error = failed.into_error(PUT);
                self.settle(key, options, &headers, kind, doubtful, error)
                    .await
            }
        }
    }

    /// What a write comes to that failed at last: its own work may be what was in its way.
    pub(super) async fn settle(
        &self,
        key: &str,
        options: &PutOptions,
        headers: &Headers,
        kind: ErrorKind,
        doubtful: bool,
        error: Error,
    ) -> Result<Etag> {
        let mut found = Finding::Unmarked;
        if needs_look(kind, doubtful) {
            let there = self.head(PUT, key).await?;
            let there = there.map(|there| info_of(key, there)).transpose()?;
            let ours = headers.write.as_ref().map(WriteId::as_str);
            found = match &there {
                None => Finding::Nothing,
                Some((_, mark)) => finding(ours, mark.as_deref()),
            };
            if let (Finding::Ours, Some((info, _))) = (found, there) {
                return Ok(info.etag);
            }
        }
        let is_refusal = matches!(kind, ErrorKind::Conflict | ErrorKind::NotFound);
        // A write that expects nothing is not refused for what is there.
        if !is_refusal || (options.precondition == Precondition::None && !doubtful) {
            return Err(error);
        }
        Err(refused(PUT, &options.precondition, kind, doubtful, found))
    }
}
