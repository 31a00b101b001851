//! Answers that are lost on their way from S3, and uploads that are given up.

use std::time::Duration;

use beehive_aws::s3::ClaimCheck;
use beehive_core::store::{
    Etag, KeyValueStore as _, ListOptions, METADATA_MAX, Precondition, PutOptions, Value,
};
use beehive_core::{Error, ErrorKind};
use beehive_tests::gate::Fault::Conflict;
use beehive_tests::services::aws::PART;
use beehive_tests::trials::{self, Outcome, Service, Trial, eventually};
use futures_util::stream;
use libtest_mimic::Failed;
use tokio::time::timeout;

use super::{equal, fails, spent};
use crate::emulator::{s3_deletes_over, s3_over, trial, unfinished_uploads, unique};
use crate::wire::{Fault, Wire};

/// More than two parts.
const LONG: usize = 2 * PART + 1000;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("faults::value::written_once", written_once),
        trial("faults::value::overtaken", overtaken),
        trial("faults::value::without_room", without_room),
        trial("faults::value::parts", parts),
        trial(
            "faults::value::parts_under_conditions",
            parts_under_conditions,
        ),
        trial("faults::value::parts_lost", parts_lost),
        trial("faults::value::parts_raced", parts_raced),
        trial("faults::value::parts_removed", parts_removed),
        trial("faults::value::parts_fail", parts_fail),
        trial("faults::value::parts_given_up", parts_given_up),
        trial("faults::value::parts_dropped", parts_dropped),
        trial("faults::value::claims", claims),
        trial("faults::value::keys", keys),
        trials::trial("faults::value::deleted", |_| deleted()).with_need(Service::S3_DELETES),
    ]
}

async fn written_once() -> Outcome {
    let wire = Wire::new();
    let store = s3_over(&wire).await?;
    let key = unique();
    wire.fail("PutObject", Fault::Swallow);
    let first = store.put(&key, "a".into(), PutOptions::insert()).await?;
    wire.fail("PutObject", Fault::Swallow);
    let replace = PutOptions::replace(first).with_metadata("order", "4711");
    let second = store.put(&key, "b".into(), replace).await?;
    let info = store.info(&key).await?.ok_or("it is not there")?;
    equal("version", info.etag, second)?;
    // The name of the write is nobody else's business.
    equal("metadata", info.metadata.len(), 1)?;
    wire.fail("DeleteObject", Fault::Swallow);
    store.delete(&key, &Precondition::None).await?;
    spent(&wire)
}

/// The version is gone, and nobody can tell by whom.
async fn deleted() -> Outcome {
    let wire = Wire::new();
    let store = s3_deletes_over(&wire).await?;
    let key = unique();
    let etag = store.put(&key, "a".into(), PutOptions::default()).await?;
    wire.fail("DeleteObject", Fault::Swallow);
    let this = Precondition::Match(etag);
    let deleted = store.delete(&key, &this).await;
    fails("deleted", deleted, ErrorKind::Temporary)?;
    equal("value", store.info(&key).await?, None)?;
    let again = store.delete(&key, &this).await;
    fails("again", again, ErrorKind::Conflict)?;
    spent(&wire)
}

async fn overtaken() -> Outcome {
    let wire = Wire::new();
    let store = s3_over(&wire).await?;
    let key = unique();
    let first = store.put(&key, "a".into(), PutOptions::default()).await?;
    let write_over = |value: &'static str| {
        let (other, key) = (store.clone(), key.clone());
        Fault::SwallowThen(Box::pin(async move {
            let written = other.put(&key, value.into(), PutOptions::default()).await;
            written.expect("the emulator answers");
        }))
    };
    // The first request of the two is the one that fails.
    wire.fail("PutObject", write_over("c"));
    let written = store
        .put(&key, "b".into(), PutOptions::replace(first))
        .await;
    fails("replacing", written, ErrorKind::Temporary)?;
    store.delete(&key, &Precondition::None).await?;
    wire.fail("PutObject", write_over("d"));
    let written = store.put(&key, "b".into(), PutOptions::insert()).await;
    fails("inserting", written, ErrorKind::AlreadyExists)?;
    spent(&wire)
}

/// Where the caller's metadata leaves no room for the name of the write, nobody can tell.
async fn without_room() -> Outcome {
    let wire = Wire::new();
    let store = s3_over(&wire).await?;
    let key = unique();
    wire.fail("PutObject", Fault::Swallow);
    let full = PutOptions::insert().with_metadata("a", "x".repeat(METADATA_MAX - 1));
    let written = store.put(&key, "a".into(), full).await;
    fails("inserting", written, ErrorKind::Temporary)?;
    spent(&wire)
}

/// A long value, no two parts of which are equal.
fn long() -> Vec<u8> {
    (0_u32..).flat_map(u32::to_le_bytes).take(LONG).collect()
}

fn in_pieces(value: &[u8]) -> Vec<Result<bytes::Bytes, Error>> {
    let pieces = value.chunks(100_000);
    pieces.map(|piece| Ok(piece.to_vec().into())).collect()
}

async fn parts() -> Outcome {
    let wire = Wire::new();
    let store = s3_over(&wire).await?;
    let value = long();
    let pieces = in_pieces(&value);
    for (name, written) in [
        ("whole", Value::from(value.clone())),
        ("stream", Value::stream(stream::iter(pieces))),
    ] {
        let key = unique();
        let options = PutOptions::default()
            .with_content_type("text/plain")
            .with_metadata("order", "4711");
        let etag = store.put(&key, written, options.clone()).await?;
        let found = store.get(&key).await?.ok_or("it is not there")?;
        equal(name, found.info.etag, etag)?;
        equal(name, found.info.metadata, options.metadata)?;
        equal(name, found.info.content_type, options.content_type)?;
        let read = found.value.into_bytes(LONG).await?;
        equal(name, read == value, true)?;
        let counts = wire.take_counts();
        let sent = counts.iter().find(|(name, _)| name == "UploadPart");
        equal(name, sent.map(|(_, count)| *count), Some(3))?;
    }
    Ok(())
}

async fn parts_under_conditions() -> Outcome {
    let wire = Wire::new();
    let store = s3_over(&wire).await?;
    let key = unique();
    let value = || Value::from(long());
    let etag = store.put(&key, value(), PutOptions::insert()).await?;
    let again = store.put(&key, value(), PutOptions::insert()).await;
    fails("inserted again", again, ErrorKind::AlreadyExists)?;
    let other = PutOptions::replace(Etag::new("0123456789abcdef0123456789abcdef"));
    let refused = store.put(&key, value(), other).await;
    fails("another version", refused, ErrorKind::Conflict)?;
    store.put(&key, value(), PutOptions::replace(etag)).await?;
    equal("uploads", unfinished_uploads(&key).await?, 0)
}

async fn parts_lost() -> Outcome {
    let wire = Wire::new();
    let store = s3_over(&wire).await?;
    let key = unique();
    wire.fail("UploadPart", Fault::Lose);
    wire.fail("UploadPart", Fault::Swallow);
    // Then the upload is there no more, and only the value tells that it is finished.
    wire.fail("CompleteMultipartUpload", Fault::Swallow);
    let etag = store.put(&key, long().into(), PutOptions::insert()).await?;
    let info = store.info(&key).await?;
    equal("version", info.map(|info| info.etag), Some(etag))?;
    spent(&wire)
}

/// Another write was completed at the same moment, so S3 wants all parts once more.
async fn parts_raced() -> Outcome {
    const RACE: Fault = Fault::Answer {
        status: 409,
        body: "<Error><Code>ConditionalRequestConflict</Code></Error>",
    };
    let wire = Wire::new();
    let store = s3_over(&wire).await?;
    let key = unique();
    wire.fail("CompleteMultipartUpload", RACE);
    wire.take_counts();
    let etag = store.put(&key, long().into(), PutOptions::insert()).await?;
    let counts = wire.take_counts();
    let count = |name: &str| {
        counts
            .iter()
            .find(|(counted, _)| counted == name)
            .map(|it| it.1)
    };
    equal("begun", count("CreateMultipartUpload"), Some(2))?;
    equal("parts", count("UploadPart"), Some(6))?;
    equal("completed", count("CompleteMultipartUpload"), Some(2))?;
    let info = store.info(&key).await?;
    equal("version", info.map(|info| info.etag), Some(etag))?;
    // What comes once cannot be sent twice, but the caller can: nobody lost a race for good.
    wire.fail("CompleteMultipartUpload", RACE);
    let (key, pieces) = (unique(), in_pieces(&long()));
    let value = Value::stream(stream::iter(pieces));
    let written = store.put(&key, value, PutOptions::insert()).await;
    fails("a stream", written, ErrorKind::Temporary)?;
    equal("value", store.info(&key).await?, None)?;
    equal("uploads", unfinished_uploads(&key).await?, 0)?;
    // The race may have been one with the attempt before, which was done.
    wire.fail("CompleteMultipartUpload", Fault::Swallow);
    wire.fail("CompleteMultipartUpload", RACE);
    let etag = store.put(&key, long().into(), PutOptions::insert()).await?;
    let info = store.info(&key).await?;
    equal("version", info.map(|info| info.etag), Some(etag))?;
    spent(&wire)
}

/// A rule of the bucket removes the parts while they are sent: that is no race, and no value.
async fn parts_removed() -> Outcome {
    let gone = || Fault::Answer {
        status: 404,
        body: "<Error><Code>NoSuchUpload</Code></Error>",
    };
    let wire = Wire::new();
    let store = s3_over(&wire).await?;
    let key = unique();
    for options in [PutOptions::insert(), PutOptions::default()] {
        wire.fail("CompleteMultipartUpload", gone());
        let written = store.put(&key, long().into(), options).await;
        fails("removed", written, ErrorKind::Temporary)?;
    }
    // The attempt before may have made the value, and another may have deleted that.
    wire.fail("CompleteMultipartUpload", Fault::Lose);
    wire.fail("CompleteMultipartUpload", gone());
    let written = store.put(&key, long().into(), PutOptions::insert()).await;
    fails("in doubt", written, ErrorKind::Temporary)?;
    equal("value", store.info(&key).await?, None)?;
    spent(&wire)
}

async fn parts_fail() -> Outcome {
    let wire = Wire::new();
    let store = s3_over(&wire).await?;
    let key = unique();
    let mut pieces = in_pieces(&long());
    pieces.push(Err(Error::new(ErrorKind::Unexpected, "the source failed")));
    let value = Value::stream(stream::iter(pieces));
    let written = store.put(&key, value, PutOptions::default()).await;
    fails("written", written, ErrorKind::Unexpected)?;
    equal("value", store.info(&key).await?, None)?;
    equal("uploads", unfinished_uploads(&key).await?, 0)?;
    // S3 refuses a part, or does not answer.
    wire.fail(
        "UploadPart",
        Fault::Answer {
            status: 403,
            body: "<Error><Code>AccessDenied</Code></Error>",
        },
    );
    let written = store.put(&key, long().into(), PutOptions::default()).await;
    fails("refused", written, ErrorKind::Denied)?;
    equal("uploads", unfinished_uploads(&key).await?, 0)?;
    spent(&wire)
}

/// Another writes at the same time. S3 says so once, and then does not know the upload any more: that is
/// no word about what is there.
async fn parts_given_up() -> Outcome {
    const GONE: &str = "<Error><Code>NoSuchUpload</Code><Message>gone</Message></Error>";
    let wire = Wire::new();
    let store = s3_over(&wire).await?;
    let key = unique();
    let first = store.put(&key, "a".into(), PutOptions::default()).await?;
    for (key, options) in [
        (unique(), PutOptions::insert()),
        (key, PutOptions::replace(first)),
    ] {
        wire.fail("CompleteMultipartUpload", Fault::Refuse(Conflict));
        let (status, body) = (404, GONE);
        wire.fail("CompleteMultipartUpload", Fault::Answer { status, body });
        let written = store.put(&key, long().into(), options.clone()).await;
        fails("given up", written, ErrorKind::Temporary)?;
        // Once more, and it is written.
        store.put(&key, long().into(), options).await?;
    }
    spent(&wire)
}

async fn parts_dropped() -> Outcome {
    let wire = Wire::new();
    let store = s3_over(&wire).await?;
    let key = unique();
    // The source stops without an end, so the call is dropped while an upload is under way.
    let pieces = stream::iter(in_pieces(&long()));
    let value = Value::stream(futures_util::StreamExt::chain(pieces, stream::pending()));
    let written = timeout(
        Duration::from_secs(2),
        store.put(&key, value, PutOptions::default()),
    );
    if written.await.is_ok() {
        return Err(Failed::from("it ended"));
    }
    let begun = wire.take_counts();
    let sent = begun.iter().any(|(name, _)| name == "UploadPart");
    equal("parts were sent", sent, true)?;
    eventually("the removal of the parts", Duration::from_secs(20), || {
        let key = key.clone();
        async move {
            let left = unfinished_uploads(&key).await?;
            Ok::<_, Failed>((left == 0).then_some(()))
        }
    })
    .await?;
    equal("value", store.info(&key).await?, None)
}

async fn claims() -> Outcome {
    let store = s3_over(&Wire::new()).await?;
    let claims = ClaimCheck::new(store.clone(), format!("{}/", unique()));
    let claim = claims.deposit("a large body".into()).await?;
    equal(
        "again",
        claims.deposit("a large body".into()).await?,
        claim.clone(),
    )?;
    equal("body", &*claims.redeem(&claim, 100).await?, b"a large body")?;
    fails(
        "too large",
        claims.redeem(&claim, 5).await,
        ErrorKind::Limit,
    )?;
    // Somebody writes another body in its place.
    let key = claim.url.rsplit("/suites/").next().ok_or("no key")?;
    store
        .put(key, "another".into(), PutOptions::default())
        .await?;
    let tampered = claims.redeem(&claim, 100).await;
    fails("tampered", tampered, ErrorKind::Undecodable)?;
    claims.discard(&claim).await?;
    fails(
        "gone",
        claims.redeem(&claim, 100).await,
        ErrorKind::NotFound,
    )
}

/// Keys that an XML answer or a URL could not hold as they are.
async fn keys() -> Outcome {
    let store = s3_over(&Wire::new()).await?;
    let prefix = format!("{}/", unique());
    let mut keys: Vec<String> = [
        "a b",
        "a+b",
        "a%20b",
        "a&b<c>\"d'",
        "é",
        "\u{1f41d}",
        "tab\tand\u{1}",
    ]
    .iter()
    .map(|name| format!("{prefix}{name}"))
    .collect();
    for key in &keys {
        store
            .put(key, key.clone().into(), PutOptions::default())
            .await?;
    }
    let listed = store.list(&prefix, &ListOptions::default()).await?;
    let listed: Vec<_> = listed.entries.into_iter().map(|info| info.key).collect();
    keys.sort();
    equal("keys", listed, keys)
}
