//! Preconditions and races of items.

use std::sync::Arc;

use super::KeyListFixture;
use crate::conformance::support::{COMPETITORS, at_once, case};
use crate::conformance::{Case, Outcome, check, check_eq, check_kind};
use crate::error::ErrorKind;
use crate::store::{Added, Etag, Precondition};

pub(super) fn cases() -> Vec<Case<KeyListFixture>> {
    vec![
        case!(
            "absent/insert",
            "an item that must be new is refused when it is there",
            insert
        )
        .when(|fixture| fixture.store.capabilities().write_absent),
        case!(
            "absent/one_winner",
            "of several that insert one item at once exactly one succeeds",
            one_inserter
        )
        .when(|fixture| fixture.store.capabilities().write_absent),
        case!(
            "item/one_new",
            "of several that add one item at once exactly one finds it new",
            one_new
        ),
        case!(
            "absent/unsupported",
            "a store that cannot insert says so and adds nothing",
            insert_unsupported
        )
        .when(|fixture| !fixture.store.capabilities().write_absent),
        case!(
            "match/unsupported",
            "items have no versions, so none can be expected",
            match_unsupported
        ),
    ]
}

async fn insert(fixture: KeyListFixture) -> Outcome {
    let (store, ready) = (&fixture.store, fixture.ready());
    let first = store.add(&ready, "1", "a", &Precondition::Absent).await?;
    check_eq!(first, Added::New, "first");
    let second = store.add(&ready, "1", "a", &Precondition::Absent).await;
    check_kind!(second, AlreadyExists, "second insert");
    store.remove(&ready, "1", "a").await?;
    store.add(&ready, "1", "a", &Precondition::Absent).await?;
    check_eq!(fixture.items("1", 10).await?, ["a"], "items");
    Ok(())
}

async fn one_inserter(fixture: KeyListFixture) -> Outcome {
    let added = at_once(COMPETITORS, |_| {
        let (store, ready) = (Arc::clone(&fixture.store), fixture.ready());
        async move { store.add(&ready, "1", "a", &Precondition::Absent).await }
    })
    .await?;
    let mut inserted = 0;
    for result in added {
        match result {
            Ok(_) => inserted += 1,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
    }
    check_eq!(inserted, 1, "inserts that succeeded");
    Ok(())
}

async fn one_new(fixture: KeyListFixture) -> Outcome {
    let added = at_once(COMPETITORS, |_| {
        let fixture = fixture.clone();
        async move { fixture.add("1", "a").await }
    })
    .await?;
    let added = added.into_iter().collect::<crate::Result<Vec<_>>>()?;
    let new = added.iter().filter(|added| **added == Added::New).count();
    check_eq!(new, 1, "adders that found it new");
    check_eq!(fixture.items("1", 10).await?, ["a"], "items");
    Ok(())
}

async fn insert_unsupported(fixture: KeyListFixture) -> Outcome {
    let ready = fixture.ready();
    let added = fixture
        .store
        .add(&ready, "1", "a", &Precondition::Absent)
        .await;
    check_kind!(added, Unsupported, "insert");
    check!(
        fixture.items("1", 10).await?.is_empty(),
        "it was added all the same"
    );
    Ok(())
}

async fn match_unsupported(fixture: KeyListFixture) -> Outcome {
    let precondition = Precondition::Match(Etag::new("1"));
    let added = fixture
        .store
        .add(&fixture.ready(), "1", "a", &precondition)
        .await;
    check_kind!(added, Unsupported, "add");
    check!(
        fixture.items("1", 10).await?.is_empty(),
        "it was added all the same"
    );
    Ok(())
}
