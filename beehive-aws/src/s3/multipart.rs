//! Writing a value in parts, of which nothing stays behind when it fails.

use std::mem;
use std::sync::Arc;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use beehive_core::store::{Etag, PutOptions};
use beehive_core::{Error, ErrorKind, Result};
use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use super::decoding;
use super::parts::{PARTS_MAX, Parts, size_of};
use super::place::{Headers, Mark, Place};
use super::write::PUT;
use crate::attempts::Repeat;
use crate::error::Verdict;

/// How many parts are on their way at a time: enough to fill a fast network, few enough to hold.
const PARTS_AT_ONCE: usize = 4;

/// What S3 says of an upload that was completed or removed.
const NO_UPLOAD: &str = "NoSuchUpload";

/// What became of the parts of a value.
#[derive(Debug)]
pub(super) enum Uploaded {
    /// They are the value, in this version.
    Done(Etag),
    /// They are void, since another wrote at the moment of their completion.
    Raced(Error),
}

/// An upload that was begun. Unless it is finished, its parts are removed: they cost money, and no
/// listing shows them.
#[derive(Debug)]
struct Upload {
    place: Place,
    object: Arc<str>,
    id: Arc<str>,
    state: State,
    /// The parts on their way. They end before the upload is removed: one that arrives later could
    /// stay.
    sending: JoinSet<Result<CompletedPart>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Begun,
    /// There is nothing to remove any more.
    Over,
}

impl Place {
    pub(super) async fn write_parts(
        &self,
        key: &str,
        parts: Parts,
        options: &PutOptions,
    ) -> Result<Uploaded> {
        let headers = Headers::new(options, &self.encryption, Mark::WithRoom);
        let mut upload = self.begin(key, &headers).await?;
        let uploaded = match upload.send_all(parts).await {
            Ok(uploaded) => uploaded,
            Err(error) => {
                upload.remove().await;
                return Err(error);
            }
        };
        let done = self
            .attempts
            .call(Repeat::UnlessRaced, || {
                let headers = headers.clone();
                let parts = CompletedMultipartUpload::builder()
                    .set_parts(Some(uploaded.clone()))
                    .build();
                self.transfer
                    .complete_multipart_upload()
                    .bucket(&*self.bucket)
                    .key(&*upload.object)
                    .upload_id(&*upload.id)
                    .set_if_match(headers.if_match)
                    .set_if_none_match(headers.if_none_match)
                    .multipart_upload(parts)
                    .send()
            })
            .await;
        let failed = match done {
            Ok(answer) => {
                upload.state = State::Over;
                return decoding::etag(answer.e_tag()).map(Uploaded::Done);
            }
            Err(failed) => failed,
        };
        let doubtful = failed.was_doubtful();
        let (raced, code) = (failed.verdict() == Verdict::Raced, failed.code());
        let is_gone = code == Some(NO_UPLOAD) && !doubtful;
        // A race may have been one with an attempt before, which is looked for like any refusal.
        let kind = if raced {
            ErrorKind::Conflict
        } else {
            failed.kind()
        };
        let error = failed.into_error(PUT);
        let settled = if raced && !doubtful {
            // S3 asks for all of it again.
            Ok(Uploaded::Raced(error))
        } else if is_gone {
            Err(removed_by_another().with_source(error))
        } else {
            let settled = self.settle(key, options, &headers, kind, doubtful, error);
            settled.await.map(Uploaded::Done)
        };
        if matches!(settled, Ok(Uploaded::Done(_))) {
            upload.state = State::Over;
        } else {
            upload.remove().await;
        }
        settled
    }

    async fn begin(&self, key: &str, headers: &Headers) -> Result<Upload> {
        let begun = self
            .attempts
            .call(Repeat::Always, || {
                let headers = headers.clone();
                let bucket_key = headers.bucket_key();
                self.client
                    .create_multipart_upload()
                    .bucket(&*self.bucket)
                    .key(self.object(key))
                    .content_type(headers.content_type)
                    .set_metadata(Some(headers.metadata))
                    .set_server_side_encryption(headers.encryption)
                    .set_ssekms_key_id(headers.kms_key)
                    .set_bucket_key_enabled(bucket_key)
                    .checksum_algorithm(ChecksumAlgorithm::Crc32)
                    .send()
            })
            .await
            .map_err(|failed| failed.into_error(PUT))?;
        let id = begun.upload_id().ok_or_else(|| {
            Error::new(ErrorKind::Unexpected, "S3 began an upload without an id")
                .with_operation(PUT)
        })?;
        Ok(Upload {
            place: self.clone(),
            object: self.object(key).into(),
            id: id.into(),
            state: State::Begun,
            sending: JoinSet::new(),
        })
    }
}

impl Upload {
    /// Sends all parts, some at a time, and returns what completes them.
    async fn send_all(&mut self, mut parts: Parts) -> Result<Vec<CompletedPart>> {
        let mut sent = Vec::new();
        for number in 1..=PARTS_MAX {
            let size = size_of(number, self.place.part_size);
            let Some(part) = parts.next(size).await? else {
                break;
            };
            if self.sending.len() >= PARTS_AT_ONCE {
                sent.extend(one(&mut self.sending).await?);
            }
            let send = self.send(number, part);
            self.sending.spawn(send);
        }
        while !self.sending.is_empty() {
            sent.extend(one(&mut self.sending).await?);
        }
        sent.sort_by_key(CompletedPart::part_number);
        Ok(sent)
    }

    fn send(
        &self,
        number: u64,
        part: Bytes,
    ) -> impl Future<Output = Result<CompletedPart>> + Send + use<> {
        let (place, object, id) = (
            self.place.clone(),
            Arc::clone(&self.object),
            Arc::clone(&self.id),
        );
        async move {
            let number = i32::try_from(number).unwrap_or(i32::MAX);
            let answer = place
                .attempts
                .call(Repeat::Always, || {
                    place
                        .transfer
                        .upload_part()
                        .bucket(&*place.bucket)
                        .key(&*object)
                        .upload_id(&*id)
                        .part_number(number)
                        .checksum_algorithm(ChecksumAlgorithm::Crc32)
                        .body(ByteStream::from(part.clone()))
                        .send()
                })
                .await
                .map_err(|failed| failed.into_error(PUT).with_context("part", number))?;
            Ok(CompletedPart::builder()
                .part_number(number)
                .set_e_tag(answer.e_tag)
                .set_checksum_crc32(answer.checksum_crc32)
                .build())
        }
    }

    /// Removes the parts. Who waits for it has an error already, so trouble here is only logged; a
    /// lifecycle rule of the bucket is to remove what stays.
    async fn remove(mut self) {
        self.sending.shutdown().await;
        remove(&self.place, &self.object, &self.id).await;
        self.state = State::Over;
    }
}

impl Drop for Upload {
    /// The call was dropped: the parts are removed by a task of their own.
    fn drop(&mut self) {
        if self.state == State::Over {
            return;
        }
        let (place, object, id) = (
            self.place.clone(),
            Arc::clone(&self.object),
            Arc::clone(&self.id),
        );
        let Ok(runtime) = Handle::try_current() else {
            tracing::warn!(
                bucket = &*place.bucket,
                key = &*object,
                "an upload was given up without a runtime; its parts stay until a lifecycle rule of the bucket removes them"
            );
            return;
        };
        let mut sending = mem::take(&mut self.sending);
        runtime.spawn(async move {
            sending.shutdown().await;
            remove(&place, &object, &id).await;
        });
    }
}

/// Nothing was written, and nothing was refused.
fn removed_by_another() -> Error {
    Error::new(
        ErrorKind::Temporary,
        "somebody else removed the parts before they were a value; does a lifecycle rule give \
         uploads too little time?",
    )
    .with_operation(PUT)
}

async fn remove(place: &Place, object: &str, id: &str) {
    let removed = place
        .attempts
        .call(Repeat::Always, || {
            place
                .client
                .abort_multipart_upload()
                .bucket(&*place.bucket)
                .key(object)
                .upload_id(id)
                .send()
        })
        .await;
    match removed {
        Ok(_) => {}
        Err(failed) if failed.kind() == ErrorKind::NotFound => {}
        Err(failed) => {
            let error = failed.into_error("remove parts");
            tracing::warn!(
                bucket = &*place.bucket,
                key = object,
                %error,
                "the parts of an upload that was given up stay until a lifecycle rule of the bucket removes them"
            );
        }
    }
}

/// Waits for one part.
async fn one(sending: &mut JoinSet<Result<CompletedPart>>) -> Result<Option<CompletedPart>> {
    match sending.join_next().await {
        Some(Ok(sent)) => sent.map(Some),
        Some(Err(error)) => Err(Error::new(ErrorKind::Unexpected, "sending a part panicked")
            .with_operation(PUT)
            .with_source(error)),
        None => Ok(None),
    }
}
