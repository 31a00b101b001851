//! Values: what is written is what is read.

use bytes::Bytes;
use futures_util::stream;

use super::{KeyValueFixture, READ_MAX};
use crate::conformance::support::{case, of_length};
use crate::conformance::{Case, Outcome, check, check_eq, check_kind};
use crate::store::{Precondition, PutOptions, Value};
use crate::{Error, ErrorKind};

pub(super) fn cases() -> Vec<Case<KeyValueFixture>> {
    vec![
        case!(
            "value/round_trip",
            "a value is read as it was written, whatever its bytes",
            round_trip
        ),
        case!(
            "value/overwrite",
            "a write without precondition replaces the value",
            overwrite
        ),
        case!(
            "value/missing",
            "what is not there is read as none and deleted without error",
            missing
        ),
        case!("value/delete", "a deleted value is gone", delete),
        case!(
            "value/unicode_key",
            "keys are any text and are kept to the letter",
            unicode_key
        ),
        case!(
            "value/stream",
            "a value written in pieces is read whole",
            stream_of_pieces
        ),
        case!(
            "value/stream_fails",
            "a stream that fails writes nothing",
            stream_that_fails
        ),
        case!(
            "value/key_empty",
            "an empty key is invalid everywhere",
            key_empty
        ),
        case!(
            "value/key_limit",
            "a key of the longest length works, a longer one does not",
            key_limit
        ),
        case!(
            "value/value_limit",
            "a value of the largest size works, a larger one does not",
            value_limit
        )
        .when(|fixture| value_max(fixture).is_some()),
        case!("value/url", "each key has a URL of its own", url),
    ]
}

/// The largest value, if it is small enough to try.
fn value_max(fixture: &KeyValueFixture) -> Option<usize> {
    let max = usize::try_from(fixture.store.capabilities().value_max?).ok()?;
    (max < READ_MAX / 2).then_some(max)
}

async fn round_trip(fixture: KeyValueFixture) -> Outcome {
    let every_byte: Vec<u8> = (0..=255).collect();
    let large = vec![7; value_max(&fixture).unwrap_or(1024 * 1024).min(1024 * 1024)];
    for (name, value) in [
        ("empty", Bytes::new()),
        ("binary", Bytes::from(every_byte)),
        ("large", Bytes::from(large)),
    ] {
        let key = fixture.key(name);
        fixture
            .store
            .put(&key, value.clone().into(), PutOptions::default())
            .await?;
        check!(
            fixture.bytes(&key).await? == Some(value),
            "the {name} value differs"
        );
    }
    Ok(())
}

async fn overwrite(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    for value in ["longer", "short", ""] {
        fixture
            .store
            .put(&key, value.into(), PutOptions::default())
            .await?;
        check_eq!(
            fixture.bytes(&key).await?,
            Some(Bytes::from(value)),
            "value"
        );
    }
    Ok(())
}

async fn missing(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("missing");
    check!(
        fixture.store.get(&key).await?.is_none(),
        "get found something"
    );
    check!(
        fixture.store.info(&key).await?.is_none(),
        "info found something"
    );
    fixture.store.delete(&key, &Precondition::None).await?;
    Ok(())
}

async fn delete(fixture: KeyValueFixture) -> Outcome {
    let (gone, kept) = (fixture.key("a"), fixture.key("ab"));
    for key in [&gone, &kept] {
        fixture
            .store
            .put(key, "x".into(), PutOptions::default())
            .await?;
    }
    fixture.store.delete(&gone, &Precondition::None).await?;
    check!(
        fixture.store.get(&gone).await?.is_none(),
        "it is still read"
    );
    check!(
        fixture.store.info(&gone).await?.is_none(),
        "it still has info"
    );
    check!(
        fixture.store.get(&kept).await?.is_some(),
        "another was deleted too"
    );
    Ok(())
}

async fn unicode_key(fixture: KeyValueFixture) -> Outcome {
    let names = [
        "grüße/ß",
        "\u{65e5}\u{672c}/\u{8a9e}",
        "\u{1f41d}",
        "a b",
        "a+b",
        "a%20b",
        "a&b=c?d#e",
        "A",
        "a",
        // The same letter composed and decomposed: two keys.
        "\u{e9}",
        "e\u{301}",
    ];
    for name in names {
        fixture
            .store
            .put(&fixture.key(name), name.into(), PutOptions::default())
            .await?;
    }
    for name in names {
        let key = fixture.key(name);
        let read = fixture.read(&key).await?;
        check_eq!(
            read.as_ref().map(|read| &*read.bytes),
            Some(name.as_bytes()),
            "value of {name:?}"
        );
        check_eq!(read.map(|read| read.info.key), Some(key), "key of {name:?}");
    }
    Ok(())
}

async fn stream_of_pieces(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    let pieces = ["one ", "", "two ", "three"].map(|piece| Ok(Bytes::from(piece)));
    fixture
        .store
        .put(
            &key,
            Value::stream(stream::iter(pieces)),
            PutOptions::default(),
        )
        .await?;
    check_eq!(
        fixture.bytes(&key).await?,
        Some(Bytes::from("one two three")),
        "value"
    );
    let none = stream::iter([]);
    fixture
        .store
        .put(&key, Value::stream(none), PutOptions::default())
        .await?;
    check_eq!(
        fixture.bytes(&key).await?,
        Some(Bytes::new()),
        "value without pieces"
    );
    Ok(())
}

async fn stream_that_fails(fixture: KeyValueFixture) -> Outcome {
    let (new, old) = (fixture.key("new"), fixture.key("old"));
    fixture
        .store
        .put(&old, "before".into(), PutOptions::default())
        .await?;
    for key in [&new, &old] {
        let pieces = [
            Ok(Bytes::from("half of ")),
            Err(Error::new(
                ErrorKind::Unexpected,
                "the source of the value failed",
            )),
        ];
        let value = Value::stream(stream::iter(pieces));
        let written = fixture.store.put(key, value, PutOptions::default()).await;
        check!(written.is_err(), "a put whose stream failed succeeded");
    }
    check!(
        fixture.store.get(&new).await?.is_none(),
        "half a value was written"
    );
    check_eq!(
        fixture.bytes(&old).await?,
        Some(Bytes::from("before")),
        "the value before"
    );
    Ok(())
}

async fn key_empty(fixture: KeyValueFixture) -> Outcome {
    let store = &fixture.store;
    check_kind!(
        store.put("", "x".into(), PutOptions::default()).await,
        Invalid,
        "put"
    );
    check_kind!(store.get("").await, Invalid, "get");
    check_kind!(store.info("").await, Invalid, "info");
    check_kind!(
        store.delete("", &Precondition::None).await,
        Invalid,
        "delete"
    );
    Ok(())
}

async fn key_limit(fixture: KeyValueFixture) -> Outcome {
    let store = &fixture.store;
    let longest = of_length(&fixture.prefix, store.capabilities().key_max);
    store
        .put(&longest, "x".into(), PutOptions::default())
        .await?;
    check!(
        store.get(&longest).await?.is_some(),
        "the longest key was lost"
    );
    let longer = format!("{longest}x");
    check_kind!(
        store.put(&longer, "x".into(), PutOptions::default()).await,
        Limit,
        "put"
    );
    check_kind!(store.get(&longer).await, Limit, "get");
    check_kind!(store.info(&longer).await, Limit, "info");
    check_kind!(
        store.delete(&longer, &Precondition::None).await,
        Limit,
        "delete"
    );
    Ok(())
}

async fn value_limit(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    let max = value_max(&fixture).unwrap_or_default();
    let (largest, larger) = (Bytes::from(vec![1; max]), Bytes::from(vec![2; max + 1]));
    fixture
        .store
        .put(&key, largest.clone().into(), PutOptions::default())
        .await?;
    let whole = larger.clone().into();
    let written = fixture.store.put(&key, whole, PutOptions::default()).await;
    check_kind!(written, Limit, "one byte more");
    let pieces = Value::stream(stream::iter([Ok(larger.slice(..1)), Ok(larger.slice(1..))]));
    let written = fixture.store.put(&key, pieces, PutOptions::default()).await;
    check_kind!(written, Limit, "one byte more, in pieces");
    check!(
        fixture.bytes(&key).await? == Some(largest),
        "a refused write was done"
    );
    Ok(())
}

async fn url(fixture: KeyValueFixture) -> Outcome {
    let names = ["a", "a/b", "a b", "a%20b", "\u{e4}"];
    let mut urls: Vec<String> = names
        .iter()
        .map(|name| fixture.store.url(&fixture.key(name)))
        .collect();
    for url in &urls {
        check!(url.contains(':') && url.is_ascii(), "{url} is no URL");
        check!(!url.contains(char::is_whitespace), "{url} has white space");
    }
    urls.sort();
    urls.dedup();
    check_eq!(urls.len(), names.len(), "different URLs");
    Ok(())
}
