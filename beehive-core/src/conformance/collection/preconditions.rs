//! Preconditions and versions of documents: races are lost visibly, and no update is lost.

use std::sync::Arc;

use bytes::Bytes;

use super::CollectionFixture;
use crate::conformance::support::{COMPETITORS, at_once, case};
use crate::conformance::{Case, Failure, Outcome, check, check_eq, check_kind};
use crate::error::ErrorKind;
use crate::store::{Etag, Precondition};

pub(super) fn cases() -> Vec<Case<CollectionFixture>> {
    vec![
        case!(
            "version/never_again",
            "every write has a version of its own, also after a delete",
            never_again
        ),
        case!("version/read", "reading changes no version", read_keeps),
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
            "match/written_again",
            "a version is gone though the same was deleted and written again",
            written_again
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
            "deleting succeeds only for the version that was read",
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

impl CollectionFixture {
    async fn put_if(&self, data: &'static str, precondition: Precondition) -> crate::Result<Etag> {
        self.store
            .put(&self.orders(), "a", data.into(), &precondition)
            .await
    }

    async fn delete_if(&self, precondition: Precondition) -> crate::Result<()> {
        self.store.delete(&self.orders(), "a", &precondition).await
    }

    async fn version(&self) -> Result<Option<Etag>, Failure> {
        Ok(self
            .store
            .get(&self.orders(), "a")
            .await?
            .map(|read| read.etag))
    }
}

async fn never_again(fixture: CollectionFixture) -> Outcome {
    let mut versions = Vec::new();
    for round in 0..6 {
        if round == 3 {
            fixture.delete_if(Precondition::None).await?;
        }
        let version = fixture.put("a", "the same").await?;
        check!(
            !versions.contains(&version),
            "write {round} has an earlier version, {version:?}"
        );
        versions.push(version);
    }
    Ok(())
}

async fn read_keeps(fixture: CollectionFixture) -> Outcome {
    let written = Some(fixture.put("a", "x").await?);
    for _ in 0..2 {
        check_eq!(
            fixture.version().await?,
            written,
            "version read and written"
        );
    }
    Ok(())
}

async fn insert(fixture: CollectionFixture) -> Outcome {
    let etag = fixture.put_if("one", Precondition::Absent).await?;
    let second = fixture.put_if("two", Precondition::Absent).await;
    check_kind!(second, AlreadyExists, "second insert");
    fixture.check_data("a", Some("one")).await?;
    check_eq!(
        fixture.version().await?,
        Some(etag),
        "version after a refused insert"
    );
    fixture.delete_if(Precondition::None).await?;
    fixture.put_if("three", Precondition::Absent).await?;
    fixture.check_data("a", Some("three")).await
}

/// Writes at once under one precondition; one must win, and its data must be there.
async fn one_winner(
    fixture: CollectionFixture,
    precondition: Precondition,
    losing: ErrorKind,
) -> Outcome {
    let written = at_once(COMPETITORS, |number| {
        let (store, orders) = (Arc::clone(&fixture.store), fixture.orders());
        let precondition = precondition.clone();
        async move {
            store
                .put(&orders, "a", number.to_string().into(), &precondition)
                .await
        }
    })
    .await?;
    let mut winners = Vec::new();
    for (number, result) in written.into_iter().enumerate() {
        match result {
            Ok(_) => winners.push(Bytes::from(number.to_string())),
            Err(error) if error.kind() == losing => {}
            Err(error) => return Err(error.into()),
        }
    }
    check_eq!(winners.len(), 1, "writers that succeeded");
    check_eq!(fixture.data("a").await?, winners.pop(), "the winner's data");
    Ok(())
}

async fn one_inserter(fixture: CollectionFixture) -> Outcome {
    one_winner(fixture, Precondition::Absent, ErrorKind::AlreadyExists).await
}

async fn insert_unsupported(fixture: CollectionFixture) -> Outcome {
    check_kind!(
        fixture.put_if("one", Precondition::Absent).await,
        Unsupported,
        "insert"
    );
    fixture.check_data("a", None).await
}

async fn replace(fixture: CollectionFixture) -> Outcome {
    let first = fixture.put("a", "one").await?;
    let second = fixture
        .put_if("two", Precondition::Match(first.clone()))
        .await?;
    fixture.check_data("a", Some("two")).await?;
    let stale = fixture.put_if("three", Precondition::Match(first)).await;
    check_kind!(stale, Conflict, "replacing an earlier version");
    fixture.check_data("a", Some("two")).await?;
    fixture.put_if("four", Precondition::Match(second)).await?;
    fixture.check_data("a", Some("four")).await
}

async fn replace_missing(fixture: CollectionFixture) -> Outcome {
    let etag = fixture.put("a", "one").await?;
    fixture.delete_if(Precondition::None).await?;
    let written = fixture.put_if("two", Precondition::Match(etag)).await;
    check_kind!(written, Conflict, "replacing what was deleted");
    fixture.check_data("a", None).await
}

async fn written_again(fixture: CollectionFixture) -> Outcome {
    let stale = fixture.put("a", "one").await?;
    fixture.delete_if(Precondition::None).await?;
    fixture.put("a", "one").await?;
    let written = fixture.put_if("two", Precondition::Match(stale)).await;
    check_kind!(
        written,
        Conflict,
        "replacing a version from before the delete"
    );
    fixture.check_data("a", Some("one")).await
}

async fn one_replacer(fixture: CollectionFixture) -> Outcome {
    let etag = fixture.put("a", "before").await?;
    one_winner(fixture, Precondition::Match(etag), ErrorKind::Conflict).await
}

async fn no_lost_update(fixture: CollectionFixture) -> Outcome {
    fixture.put("a", "").await?;
    // Each adds a mark of its own to the document; who loses reads again.
    let added = at_once(COMPETITORS, |number| {
        let fixture = fixture.clone();
        async move { add_mark(&fixture, u8::try_from(number)?).await }
    })
    .await?;
    added.into_iter().collect::<Outcome>()?;
    let mut marks = fixture.data("a").await?.unwrap_or_default().to_vec();
    marks.sort_unstable();
    let expected: Vec<u8> = (0..).take(COMPETITORS).collect();
    check_eq!(marks, expected, "marks");
    Ok(())
}

async fn add_mark(fixture: &CollectionFixture, mark: u8) -> Outcome {
    let orders = fixture.orders();
    // In every round one of the competitors succeeds, so this is enough, and a store that lets
    // nobody win does not loop for ever.
    for _ in 0..=COMPETITORS {
        let Some(read) = fixture.store.get(&orders, "a").await? else {
            return Err(Failure::new("the document is gone"));
        };
        let marked = [&read.data[..], &[mark]].concat();
        let precondition = Precondition::Match(read.etag);
        match fixture
            .store
            .put(&orders, "a", marked.into(), &precondition)
            .await
        {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::Conflict => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::new("lost more races than there are competitors"))
}

async fn replace_unsupported(fixture: CollectionFixture) -> Outcome {
    let etag = fixture.put("a", "one").await?;
    let written = fixture.put_if("two", Precondition::Match(etag)).await;
    check_kind!(written, Unsupported, "replace");
    fixture.check_data("a", Some("one")).await
}

async fn delete(fixture: CollectionFixture) -> Outcome {
    let first = fixture.put("a", "one").await?;
    let second = fixture.put("a", "two").await?;
    let stale = fixture.delete_if(Precondition::Match(first)).await;
    check_kind!(stale, Conflict, "deleting an earlier version");
    fixture.check_data("a", Some("two")).await?;
    fixture.delete_if(Precondition::Match(second)).await?;
    fixture.check_data("a", None).await
}

async fn delete_missing(fixture: CollectionFixture) -> Outcome {
    let etag = fixture.put("a", "one").await?;
    fixture.delete_if(Precondition::None).await?;
    let deleted = fixture.delete_if(Precondition::Match(etag)).await;
    check_kind!(deleted, Conflict, "deleting a version that is gone");
    Ok(())
}

async fn delete_unsupported(fixture: CollectionFixture) -> Outcome {
    let etag = fixture.put("a", "one").await?;
    let deleted = fixture.delete_if(Precondition::Match(etag)).await;
    check_kind!(deleted, Unsupported, "delete");
    fixture.check_data("a", Some("one")).await
}

async fn delete_absent(fixture: CollectionFixture) -> Outcome {
    check_kind!(
        fixture.delete_if(Precondition::Absent).await,
        Invalid,
        "of nothing"
    );
    fixture.put("a", "one").await?;
    check_kind!(
        fixture.delete_if(Precondition::Absent).await,
        Invalid,
        "of something"
    );
    fixture.check_data("a", Some("one")).await
}
