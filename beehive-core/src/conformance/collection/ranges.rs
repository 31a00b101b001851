//! Ranges: which documents, in which order, in pages.

use super::CollectionFixture;
use crate::conformance::support::{case, joined, pages};
use crate::conformance::{Case, Failure, Outcome, check, check_eq};
use crate::page::{Page, PageRequest};
use crate::store::{Precondition, Range};

pub(super) fn cases() -> Vec<Case<CollectionFixture>> {
    vec![
        case!(
            "range/empty",
            "a collection that was never written to is empty",
            empty
        ),
        case!(
            "range/documents",
            "a range has the documents as they are read by id",
            documents
        ),
        case!(
            "range/order",
            "documents come in order of the bytes of their ids",
            order
        ),
        case!(
            "range/prefix",
            "a prefix selects the ids that start with it and no others",
            prefix
        ),
        case!(
            "range/between",
            "between includes the first and excludes the second id",
            between
        ),
        case!(
            "range/deleted",
            "a deleted document is in no range",
            deleted
        ),
        case!(
            "range/pages",
            "however large the pages, each document comes once and in order",
            every_page_size
        ),
        case!(
            "range/changes",
            "documents that come and go between pages hide no others",
            changes
        ),
    ]
}

async fn fill(fixture: &CollectionFixture, ids: &[&str]) -> Outcome {
    for id in ids {
        let data = (*id).to_owned().into();
        fixture
            .store
            .put(&fixture.orders(), id, data, &Precondition::None)
            .await?;
    }
    Ok(())
}

async fn page(
    fixture: &CollectionFixture,
    range: &Range,
    page: PageRequest,
) -> crate::Result<Page<String>> {
    let page = fixture.store.range(&fixture.orders(), range, &page).await?;
    Ok(page.map(|document| document.id))
}

async fn ids(
    fixture: &CollectionFixture,
    range: &Range,
    limit: usize,
) -> Result<Vec<String>, Failure> {
    Ok(joined(
        pages(limit, |request| page(fixture, range, request)).await?,
    ))
}

async fn empty(fixture: CollectionFixture) -> Outcome {
    for range in [
        Range::All,
        Range::Prefix("a".into()),
        Range::Between("a".into(), "z".into()),
    ] {
        check!(
            ids(&fixture, &range, 10).await?.is_empty(),
            "{range:?} is not empty"
        );
    }
    Ok(())
}

async fn documents(fixture: CollectionFixture) -> Outcome {
    fill(&fixture, &["a", "b"]).await?;
    let (orders, request) = (fixture.orders(), PageRequest::default());
    let page = fixture.store.range(&orders, &Range::All, &request).await?;
    check_eq!(page.items.len(), 2, "documents");
    for document in page.items {
        let read = fixture.store.get(&orders, &document.id).await?;
        check_eq!(Some(document), read, "document in a range and by id");
    }
    Ok(())
}

async fn order(fixture: CollectionFixture) -> Outcome {
    // In order of bytes, which is neither that of a language nor that of UTF-16.
    let sorted = [
        "-",
        "0",
        "10",
        "2",
        "A",
        "Z",
        "_",
        "a",
        "z",
        "\u{e9}",
        "\u{ff5e}",
        "\u{1f41d}",
    ];
    let mut shuffled = sorted;
    shuffled.reverse();
    shuffled.swap(2, 7);
    fill(&fixture, &shuffled).await?;
    check_eq!(ids(&fixture, &Range::All, 100).await?, sorted, "ids");
    Ok(())
}

async fn prefix(fixture: CollectionFixture) -> Outcome {
    fill(&fixture, &["a", "a/", "a/1", "a/\u{1f41d}", "a0", "b"]).await?;
    for (prefix, expected) in [
        ("a/", &["a/", "a/1", "a/\u{1f41d}"][..]),
        ("a", &["a", "a/", "a/1", "a/\u{1f41d}", "a0"]),
        ("c", &[]),
        ("", &["a", "a/", "a/1", "a/\u{1f41d}", "a0", "b"]),
    ] {
        for limit in [2, 100] {
            let found = ids(&fixture, &Range::Prefix(prefix.into()), limit).await?;
            check_eq!(found, expected, "ids that start with {prefix:?}");
        }
    }
    Ok(())
}

async fn between(fixture: CollectionFixture) -> Outcome {
    fill(&fixture, &["a", "b", "b1", "c", "d"]).await?;
    for (from, to, expected) in [
        ("b", "d", &["b", "b1", "c"][..]),
        ("b", "c1", &["b", "b1", "c"]),
        ("a1", "b1", &["b"]),
        ("", "b", &["a"]),
        ("e", "f", &[]),
        // Nothing lies between an id and itself, nor between ids in the wrong order.
        ("b", "b", &[]),
        ("d", "a", &[]),
    ] {
        for limit in [1, 100] {
            let range = Range::Between(from.into(), to.into());
            let found = ids(&fixture, &range, limit).await?;
            check_eq!(found, expected, "ids between {from:?} and {to:?}");
        }
    }
    Ok(())
}

async fn deleted(fixture: CollectionFixture) -> Outcome {
    fill(&fixture, &["a", "b", "c"]).await?;
    fixture
        .store
        .delete(&fixture.orders(), "b", &Precondition::None)
        .await?;
    check_eq!(ids(&fixture, &Range::All, 10).await?, ["a", "c"], "ids");
    Ok(())
}

async fn every_page_size(fixture: CollectionFixture) -> Outcome {
    let all = ["a", "a/", "a/1", "a/1/x", "a/2", "aa", "b", "b!", "b/", "c"];
    fill(&fixture, &all).await?;
    for limit in 1..=all.len() + 1 {
        check_eq!(
            ids(&fixture, &Range::All, limit).await?,
            all,
            "ids in pages of {limit}"
        );
    }
    Ok(())
}

async fn changes(fixture: CollectionFixture) -> Outcome {
    let stable = ["b", "d", "f", "h", "j", "l"];
    fill(&fixture, &stable).await?;
    fill(&fixture, &["c", "i"]).await?;
    let mut seen = Vec::new();
    let mut request = PageRequest::first(2);
    let mut round = 0;
    loop {
        let page = page(&fixture, &Range::All, request).await?;
        seen.extend(page.items);
        let Some(next) = page.next else { break };
        request = PageRequest::first(2).starting_at(next);
        // Before and behind where the reader is, and the document it is at.
        fill(&fixture, &["a", "e", "g", "m"][round.min(3)..][..1]).await?;
        let gone = ["c", "i", "a", "e"][round.min(3)];
        fixture
            .store
            .delete(&fixture.orders(), gone, &Precondition::None)
            .await?;
        round += 1;
        check!(round < 100, "the range does not end");
    }
    check!(seen.is_sorted(), "out of order: {seen:?}");
    for id in stable {
        let times = seen.iter().filter(|seen| *seen == id).count();
        check_eq!(times, 1, "times {id} was in {seen:?}");
    }
    Ok(())
}
