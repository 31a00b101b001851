//! What is kept with a value: type, metadata, size and time.

use bytes::Bytes;
use jiff::Timestamp;

use super::KeyValueFixture;
use crate::conformance::support::case;
use crate::conformance::{Case, Failure, Outcome, check, check_eq, check_kind};
use crate::store::{METADATA_MAX, PutOptions};

pub(super) fn cases() -> Vec<Case<KeyValueFixture>> {
    vec![
        case!(
            "value/info",
            "content type, metadata, size and time are kept",
            info
        ),
        case!(
            "value/info_replaced",
            "a write leaves nothing of the earlier metadata",
            info_replaced
        ),
        case!(
            "value/metadata_rules",
            "metadata against the rules is refused",
            metadata_rules
        ),
        case!(
            "value/metadata_limit",
            "too much metadata is refused",
            metadata_limit
        ),
    ]
}

async fn info(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    let options = PutOptions::default()
        .with_content_type("text/plain; charset=utf-8")
        .with_metadata("order-id", "4711")
        .with_metadata("x2", "~!#$%&'()*+,-./:;<=>?@[]^_`{|}");
    let before = Timestamp::now();
    let etag = fixture
        .store
        .put(&key, "hello".into(), options.clone())
        .await?;
    let after = Timestamp::now();
    let info = fixture.store.info(&key).await?;
    let got = fixture.store.get(&key).await?.map(|entry| entry.info);
    check_eq!(info, got, "info and get");
    let Some(info) = info else {
        return Err(Failure::new("there is no info"));
    };
    check_eq!(info.key, key, "key");
    check_eq!(info.etag, etag, "version");
    check_eq!(info.size, 5, "size");
    check_eq!(info.content_type, options.content_type, "content type");
    check_eq!(info.metadata, options.metadata, "metadata");
    let (earliest, latest) = (
        before - fixture.clock_tolerance,
        after + fixture.clock_tolerance,
    );
    check!(
        earliest <= info.modified && info.modified <= latest,
        "modified at {}, written between {before} and {after}",
        info.modified
    );
    Ok(())
}

async fn info_replaced(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    let first = PutOptions::default().with_metadata("first", "1");
    fixture.store.put(&key, "one".into(), first).await?;
    let second = PutOptions::default().with_metadata("second", "2");
    fixture
        .store
        .put(&key, "two".into(), second.clone())
        .await?;
    let metadata = fixture.store.info(&key).await?.map(|info| info.metadata);
    check_eq!(metadata, Some(second.metadata), "metadata");
    Ok(())
}

async fn metadata_rules(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    for (name, value) in [
        ("Upper", "x"),
        ("under_score", "x"),
        ("", "x"),
        ("gr\u{fc}n", "x"),
        ("a", ""),
        ("a", "two words"),
        ("a", "gr\u{fc}n"),
        ("a", "line\nbreak"),
    ] {
        let options = PutOptions::default().with_metadata(name, value);
        let written = fixture.store.put(&key, "x".into(), options).await;
        check_kind!(written, Invalid, "metadata {name:?} {value:?}");
    }
    for content_type in ["", "text/pl\u{e4}in", "text\n"] {
        let options = PutOptions::default().with_content_type(content_type);
        let written = fixture.store.put(&key, "x".into(), options).await;
        check_kind!(written, Invalid, "content type {content_type:?}");
    }
    check!(
        fixture.store.get(&key).await?.is_none(),
        "a refused write was done"
    );
    Ok(())
}

async fn metadata_limit(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    let all = PutOptions::default().with_metadata("name", "x".repeat(METADATA_MAX - 4));
    fixture.store.put(&key, "x".into(), all.clone()).await?;
    let kept = fixture.store.info(&key).await?.map(|info| info.metadata);
    check!(kept == Some(all.metadata), "the most metadata was not kept");
    let more = PutOptions::default().with_metadata("name", "x".repeat(METADATA_MAX - 3));
    check_kind!(
        fixture.store.put(&key, "y".into(), more).await,
        Limit,
        "one byte more"
    );
    check_eq!(fixture.bytes(&key).await?, Some(Bytes::from("x")), "value");
    Ok(())
}
