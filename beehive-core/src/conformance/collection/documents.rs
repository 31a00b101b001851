//! Documents: what is written is what is read.

use bytes::Bytes;

use super::CollectionFixture;
use crate::conformance::support::{case, of_length};
use crate::conformance::{Case, Outcome, check, check_eq, check_kind};
use crate::page::PageRequest;
use crate::store::{Precondition, Range};

pub(super) fn cases() -> Vec<Case<CollectionFixture>> {
    vec![
        case!(
            "document/round_trip",
            "a document is read as it was written, whatever its bytes",
            round_trip
        ),
        case!(
            "document/overwrite",
            "a write without precondition replaces the document",
            overwrite
        ),
        case!(
            "document/missing",
            "what is not there is read as none and deleted without error",
            missing
        ),
        case!(
            "document/delete",
            "a deleted document is gone, and no other",
            delete
        ),
        case!(
            "document/unicode_id",
            "ids are any text and are kept to the letter",
            unicode_id
        ),
        case!(
            "document/collections",
            "the same id in two collections is two documents",
            collections
        ),
        case!(
            "document/empty_names",
            "an empty collection name or id is invalid",
            empty_names
        ),
        case!(
            "document/id_limit",
            "an id of the longest length works, a longer one does not",
            id_limit
        ),
        case!(
            "document/value_limit",
            "a document of the largest size works, a larger one does not",
            value_limit
        )
        .when(|fixture| value_max(fixture).is_some()),
    ]
}

/// The largest document, if it is small enough to try.
fn value_max(fixture: &CollectionFixture) -> Option<usize> {
    /// Nobody keeps entities that large.
    const TRIED_MAX: usize = 32 * 1024 * 1024;
    let max = usize::try_from(fixture.store.capabilities().value_max?).ok()?;
    (max < TRIED_MAX).then_some(max)
}

async fn round_trip(fixture: CollectionFixture) -> Outcome {
    let every_byte: Vec<u8> = (0..=255).collect();
    let large = vec![7; value_max(&fixture).unwrap_or(64 * 1024).min(64 * 1024)];
    let orders = fixture.orders();
    for (id, data) in [
        ("empty", Bytes::new()),
        ("binary", Bytes::from(every_byte)),
        ("large", Bytes::from(large)),
    ] {
        let etag = fixture
            .store
            .put(&orders, id, data.clone(), &Precondition::None)
            .await?;
        let read = fixture.store.get(&orders, id).await?;
        check_eq!(read.as_ref().map(|read| read.id.as_str()), Some(id), "id");
        check_eq!(read.as_ref().map(|read| &read.etag), Some(&etag), "version");
        check!(
            read.map(|read| read.data) == Some(data),
            "the {id} document differs"
        );
    }
    Ok(())
}

async fn overwrite(fixture: CollectionFixture) -> Outcome {
    for data in ["longer", "short", ""] {
        fixture.put("a", data).await?;
        fixture.check_data("a", Some(data)).await?;
    }
    Ok(())
}

async fn missing(fixture: CollectionFixture) -> Outcome {
    fixture.check_data("missing", None).await?;
    fixture
        .store
        .delete(&fixture.orders(), "missing", &Precondition::None)
        .await?;
    fixture.put("a", "x").await?;
    fixture.check_data("missing", None).await?;
    fixture
        .store
        .delete(&fixture.orders(), "missing", &Precondition::None)
        .await?;
    Ok(())
}

async fn delete(fixture: CollectionFixture) -> Outcome {
    for id in ["a", "ab"] {
        fixture.put(id, "x").await?;
    }
    fixture
        .store
        .delete(&fixture.orders(), "a", &Precondition::None)
        .await?;
    fixture.check_data("a", None).await?;
    fixture.check_data("ab", Some("x")).await
}

async fn unicode_id(fixture: CollectionFixture) -> Outcome {
    let ids = [
        "gr\u{fc}\u{df}e",
        "\u{65e5}\u{672c}",
        "\u{1f41d}",
        "a b",
        "a/b",
        "a#b",
        "A",
        "a",
        "\u{e9}",
        "e\u{301}",
    ];
    for id in ids {
        fixture.put(id, id).await?;
    }
    for id in ids {
        let read = fixture.store.get(&fixture.orders(), id).await?;
        check_eq!(read.as_ref().map(|read| read.id.as_str()), Some(id), "id");
        check_eq!(
            read.as_ref().map(|read| &*read.data),
            Some(id.as_bytes()),
            "data of {id}"
        );
    }
    Ok(())
}

async fn collections(fixture: CollectionFixture) -> Outcome {
    // The last two would be one if names were merely joined.
    let places = [("a", "x"), ("b", "x"), ("a", "bc"), ("ab", "c")]
        .map(|(collection, id)| (format!("{}{collection}", fixture.prefix), id));
    for (number, (collection, id)) in places.iter().enumerate() {
        let data = number.to_string().into();
        fixture
            .store
            .put(collection, id, data, &Precondition::None)
            .await?;
    }
    for (number, (collection, id)) in places.iter().enumerate() {
        let data = fixture
            .store
            .get(collection, id)
            .await?
            .map(|read| read.data);
        check_eq!(
            data,
            Some(Bytes::from(number.to_string())),
            "data of {id} in {collection}"
        );
    }
    let page = fixture
        .store
        .range(&places[0].0, &Range::All, &PageRequest::default())
        .await?;
    let ids: Vec<_> = page.items.iter().map(|read| read.id.as_str()).collect();
    check_eq!(ids, ["bc", "x"], "ids of the first collection");
    Ok(())
}

async fn empty_names(fixture: CollectionFixture) -> Outcome {
    let (store, orders) = (&fixture.store, fixture.orders());
    for (collection, id) in [("", "a"), (orders.as_str(), "")] {
        let put = store
            .put(collection, id, "x".into(), &Precondition::None)
            .await;
        check_kind!(put, Invalid, "put");
        check_kind!(store.get(collection, id).await, Invalid, "get");
        check_kind!(
            store.delete(collection, id, &Precondition::None).await,
            Invalid,
            "delete"
        );
    }
    let range = store.range("", &Range::All, &PageRequest::default()).await;
    check_kind!(range, Invalid, "range");
    Ok(())
}

async fn id_limit(fixture: CollectionFixture) -> Outcome {
    let (store, orders) = (&fixture.store, fixture.orders());
    let longest = of_length("a", store.capabilities().key_max);
    fixture.put(&longest, "x").await?;
    fixture.check_data(&longest, Some("x")).await?;
    let longer = format!("{longest}x");
    let put = store
        .put(&orders, &longer, "x".into(), &Precondition::None)
        .await;
    check_kind!(put, Limit, "put");
    check_kind!(store.get(&orders, &longer).await, Limit, "get");
    check_kind!(
        store.delete(&orders, &longer, &Precondition::None).await,
        Limit,
        "delete"
    );
    Ok(())
}

async fn value_limit(fixture: CollectionFixture) -> Outcome {
    let (store, orders) = (&fixture.store, fixture.orders());
    let max = value_max(&fixture).unwrap_or_default();
    let (largest, larger) = (Bytes::from(vec![1; max]), Bytes::from(vec![2; max + 1]));
    store
        .put(&orders, "a", largest.clone(), &Precondition::None)
        .await?;
    let written = store.put(&orders, "a", larger, &Precondition::None).await;
    check_kind!(written, Limit, "one byte more");
    check!(
        fixture.data("a").await? == Some(largest),
        "a refused write was done"
    );
    Ok(())
}
