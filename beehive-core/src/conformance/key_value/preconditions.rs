//! Preconditions and versions of values: races are lost visibly.

use std::sync::Arc;

use bytes::Bytes;

use super::KeyValueFixture;
use crate::conformance::support::{COMPETITORS, at_once, case};
use crate::conformance::{Case, Failure, Outcome, check, check_eq, check_kind};
use crate::error::ErrorKind;
use crate::store::{Etag, Precondition, PutOptions};

pub(super) fn cases() -> Vec<Case<KeyValueFixture>> {
    vec![
        case!(
            "version/changes",
            "other content has another version, reading changes none",
            version_changes
        ),
        case!(
            "absent/insert",
            "inserting succeeds only where there is nothing",
            insert
        )
        .when(|fixture| fixture.store.capabilities().write_absent),
        case!(
            "absent/one_winner",
            "of several that insert at once exactly one succeeds",
            one_inserter
        )
        .when(|fixture| fixture.store.capabilities().write_absent),
        case!(
            "absent/unsupported",
            "a store that cannot insert says so and writes nothing",
            insert_unsupported
        )
        .when(|fixture| !fixture.store.capabilities().write_absent),
        case!(
            "match/replace",
            "replacing succeeds only over the version that was read",
            replace
        )
        .when(|fixture| fixture.store.capabilities().write_match),
        case!(
            "match/missing",
            "replacing what is not there is a conflict",
            replace_missing
        )
        .when(|fixture| fixture.store.capabilities().write_match),
        case!(
            "match/one_winner",
            "of several that replace one version exactly one succeeds",
            one_replacer
        )
        .when(|fixture| fixture.store.capabilities().write_match),
        case!(
            "match/no_lost_update",
            "no update is lost among those who replace what they read",
            no_lost_update
        )
        .when(|fixture| fixture.store.capabilities().write_match),
        case!(
            "match/unsupported",
            "a store that cannot replace says so and writes nothing",
            replace_unsupported
        )
        .when(|fixture| !fixture.store.capabilities().write_match),
        case!(
            "delete_match/delete",
            "deleting succeeds only the version that was read",
            delete
        )
        .when(|fixture| fixture.store.capabilities().delete_match),
        case!(
            "delete_match/missing",
            "deleting a version that is gone is a conflict",
            delete_missing
        )
        .when(|fixture| fixture.store.capabilities().delete_match),
        case!(
            "delete_match/unsupported",
            "a store that cannot delete a version says so",
            delete_unsupported
        )
        .when(|fixture| !fixture.store.capabilities().delete_match),
        case!(
            "delete_absent",
            "a delete cannot expect that there is nothing",
            delete_absent
        ),
    ]
}

async fn put(fixture: &KeyValueFixture, key: &str, value: &'static str) -> Result<Etag, Failure> {
    Ok(fixture
        .store
        .put(key, value.into(), PutOptions::default())
        .await?)
}

async fn check_value(fixture: &KeyValueFixture, key: &str, value: &'static str) -> Outcome {
    check_eq!(fixture.bytes(key).await?, Some(Bytes::from(value)), "value");
    Ok(())
}

async fn version_changes(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    let mut versions = Vec::new();
    for value in ["one", "two", "three"] {
        let written = put(&fixture, &key, value).await?;
        for _ in 0..2 {
            let read = fixture.read(&key).await?.map(|read| read.info.etag);
            check_eq!(read.as_ref(), Some(&written), "version read and written");
        }
        check!(
            !versions.contains(&written),
            "{value} has an earlier version, {written:?}"
        );
        versions.push(written);
    }
    Ok(())
}

async fn insert(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    let store = &fixture.store;
    let etag = store.put(&key, "one".into(), PutOptions::insert()).await?;
    let second = store.put(&key, "two".into(), PutOptions::insert()).await;
    check_kind!(second, AlreadyExists, "second insert");
    check_value(&fixture, &key, "one").await?;
    let kept = store.info(&key).await?.map(|info| info.etag);
    check_eq!(kept, Some(etag), "version after a refused insert");
    store.delete(&key, &Precondition::None).await?;
    store
        .put(&key, "three".into(), PutOptions::insert())
        .await?;
    check_value(&fixture, &key, "three").await
}

async fn one_inserter(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    let written = at_once(COMPETITORS, |number| {
        let (store, key) = (Arc::clone(&fixture.store), key.clone());
        async move {
            store
                .put(&key, number.to_string().into(), PutOptions::insert())
                .await
        }
    })
    .await?;
    let winner = one_winner(written, ErrorKind::AlreadyExists)?;
    let value = fixture.bytes(&key).await?;
    check_eq!(
        value,
        Some(Bytes::from(winner.to_string())),
        "the winner's value"
    );
    Ok(())
}

async fn insert_unsupported(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    let written = fixture
        .store
        .put(&key, "one".into(), PutOptions::insert())
        .await;
    check_kind!(written, Unsupported, "insert");
    check!(
        fixture.store.get(&key).await?.is_none(),
        "it was written all the same"
    );
    Ok(())
}

async fn replace(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    let store = &fixture.store;
    let first = put(&fixture, &key, "one").await?;
    let second = store
        .put(&key, "two".into(), PutOptions::replace(first.clone()))
        .await?;
    check_value(&fixture, &key, "two").await?;
    let stale = store
        .put(&key, "three".into(), PutOptions::replace(first))
        .await;
    check_kind!(stale, Conflict, "replacing an earlier version");
    check_value(&fixture, &key, "two").await?;
    store
        .put(&key, "four".into(), PutOptions::replace(second))
        .await?;
    check_value(&fixture, &key, "four").await
}

async fn replace_missing(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    let etag = put(&fixture, &key, "one").await?;
    fixture.store.delete(&key, &Precondition::None).await?;
    let written = fixture
        .store
        .put(&key, "two".into(), PutOptions::replace(etag))
        .await;
    check_kind!(written, Conflict, "replacing what was deleted");
    check!(
        fixture.store.get(&key).await?.is_none(),
        "it was written all the same"
    );
    Ok(())
}

async fn one_replacer(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    let etag = put(&fixture, &key, "before").await?;
    let written = at_once(COMPETITORS, |number| {
        let (store, key) = (Arc::clone(&fixture.store), key.clone());
        let options = PutOptions::replace(etag.clone());
        async move { store.put(&key, number.to_string().into(), options).await }
    })
    .await?;
    let winner = one_winner(written, ErrorKind::Conflict)?;
    let value = fixture.bytes(&key).await?;
    check_eq!(
        value,
        Some(Bytes::from(winner.to_string())),
        "the winner's value"
    );
    Ok(())
}

/// Checks that one succeeded and the others failed with this kind, and returns the one.
fn one_winner(written: Vec<crate::Result<Etag>>, losing: ErrorKind) -> Result<usize, Failure> {
    let mut winners = Vec::new();
    for (number, result) in written.into_iter().enumerate() {
        match result {
            Ok(_) => winners.push(number),
            Err(error) if error.kind() == losing => {}
            Err(error) => return Err(error.into()),
        }
    }
    match winners[..] {
        [winner] => Ok(winner),
        _ => Err(Failure::new(format!(
            "{} succeeded, not one",
            winners.len()
        ))),
    }
}

async fn no_lost_update(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    put(&fixture, &key, "").await?;
    // Each adds a mark of its own to the value; who loses reads again.
    let added = at_once(COMPETITORS, |number| {
        let (fixture, key) = (fixture.clone(), key.clone());
        async move { add_mark(&fixture, &key, u8::try_from(number)?).await }
    })
    .await?;
    added.into_iter().collect::<Outcome>()?;
    let mut marks = fixture.bytes(&key).await?.unwrap_or_default().to_vec();
    marks.sort_unstable();
    let expected: Vec<u8> = (0..).take(COMPETITORS).collect();
    check_eq!(marks, expected, "marks");
    Ok(())
}

async fn add_mark(fixture: &KeyValueFixture, key: &str, mark: u8) -> Outcome {
    // In every round one of the competitors succeeds, so this is enough, and a store that lets
    // nobody win does not loop for ever.
    for _ in 0..=COMPETITORS {
        let Some(read) = fixture.read(key).await? else {
            return Err(Failure::new("the value is gone"));
        };
        let marked = [&read.bytes[..], &[mark]].concat();
        let options = PutOptions::replace(read.info.etag);
        match fixture.store.put(key, marked.into(), options).await {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::Conflict => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::new("lost more races than there are competitors"))
}

async fn replace_unsupported(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    let etag = put(&fixture, &key, "one").await?;
    let written = fixture
        .store
        .put(&key, "two".into(), PutOptions::replace(etag))
        .await;
    check_kind!(written, Unsupported, "replace");
    check_value(&fixture, &key, "one").await
}

async fn delete(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    let store = &fixture.store;
    let first = put(&fixture, &key, "one").await?;
    let second = put(&fixture, &key, "two").await?;
    let stale = store.delete(&key, &Precondition::Match(first)).await;
    check_kind!(stale, Conflict, "deleting an earlier version");
    check_value(&fixture, &key, "two").await?;
    store.delete(&key, &Precondition::Match(second)).await?;
    check!(store.get(&key).await?.is_none(), "it is still there");
    Ok(())
}

async fn delete_missing(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    let etag = put(&fixture, &key, "one").await?;
    fixture.store.delete(&key, &Precondition::None).await?;
    let deleted = fixture.store.delete(&key, &Precondition::Match(etag)).await;
    check_kind!(deleted, Conflict, "deleting a version that is gone");
    Ok(())
}

async fn delete_unsupported(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    let etag = put(&fixture, &key, "one").await?;
    let deleted = fixture.store.delete(&key, &Precondition::Match(etag)).await;
    check_kind!(deleted, Unsupported, "delete");
    check_value(&fixture, &key, "one").await
}

async fn delete_absent(fixture: KeyValueFixture) -> Outcome {
    let key = fixture.key("a");
    check_kind!(
        fixture.store.delete(&key, &Precondition::Absent).await,
        Invalid,
        "of nothing"
    );
    put(&fixture, &key, "one").await?;
    check_kind!(
        fixture.store.delete(&key, &Precondition::Absent).await,
        Invalid,
        "of something"
    );
    check_value(&fixture, &key, "one").await
}
