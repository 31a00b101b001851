//! Listings: prefix, order, delimiter and pages.

use super::KeyValueFixture;
use crate::conformance::support::{case, joined, pages};
use crate::conformance::{Case, Failure, Outcome, check, check_eq};
use crate::page::{Page, PageRequest};
use crate::store::{ListOptions, Precondition, PutOptions};

pub(super) fn cases() -> Vec<Case<KeyValueFixture>> {
    vec![
        case!(
            "list/empty",
            "a prefix that no key has is an empty list",
            empty
        ),
        case!(
            "list/prefix",
            "a listing has the keys with the prefix and no others",
            prefix
        ),
        case!(
            "list/order",
            "keys are listed in order of their bytes",
            order
        ),
        case!(
            "list/info",
            "a listing tells version, size and time of each value",
            info
        ),
        case!("list/deleted", "a deleted key is not listed", deleted),
        case!(
            "list/pages",
            "however large the pages, each key is listed once and in order",
            every_page_size
        ),
        case!(
            "list/delimiter",
            "a delimiter folds the keys that go on after it",
            delimiter
        ),
        case!(
            "list/delimiter_pages",
            "folded keys count for the limit, and pages repeat none",
            delimiter_pages
        ),
        case!(
            "list/delimiter_other",
            "any character can be the delimiter",
            delimiter_other
        ),
        case!(
            "list/changes",
            "keys that come and go between pages hide no others",
            changes
        ),
        case!(
            "list/cursor_deleted",
            "a page starts where it should though that key was deleted",
            cursor_deleted
        ),
    ]
}

async fn fill(fixture: &KeyValueFixture, names: &[&str]) -> Outcome {
    for name in names {
        let key = fixture.key(name);
        fixture
            .store
            .put(&key, (*name).to_owned().into(), PutOptions::default())
            .await?;
    }
    Ok(())
}

/// What a listing shows, without the prefix of the fixture. Folded keys come after the entries.
async fn list(
    fixture: &KeyValueFixture,
    prefix: &str,
    delimiter: Option<char>,
    page: PageRequest,
) -> crate::Result<Page<String>> {
    let options = ListOptions { delimiter, page };
    let listing = fixture.store.list(&fixture.key(prefix), &options).await?;
    let keys = listing.entries.into_iter().map(|info| info.key);
    let shown = keys.chain(listing.prefixes);
    let bare = |key: String| key.strip_prefix(&fixture.prefix).map(str::to_owned);
    Ok(Page {
        items: shown.map(|key| bare(key.clone()).unwrap_or(key)).collect(),
        next: listing.next,
    })
}

async fn all(
    fixture: &KeyValueFixture,
    prefix: &str,
    delimiter: Option<char>,
    limit: usize,
) -> Result<Vec<String>, Failure> {
    Ok(joined(
        pages(limit, |page| list(fixture, prefix, delimiter, page)).await?,
    ))
}

async fn empty(fixture: KeyValueFixture) -> Outcome {
    fill(&fixture, &["a"]).await?;
    check!(
        all(&fixture, "b", None, 10).await?.is_empty(),
        "it has keys"
    );
    check!(
        all(&fixture, "b", Some('/'), 10).await?.is_empty(),
        "it has folded keys"
    );
    Ok(())
}

async fn prefix(fixture: KeyValueFixture) -> Outcome {
    fill(&fixture, &["a", "a/", "a/1", "a/2", "a0", "ab", "b"]).await?;
    check_eq!(
        all(&fixture, "a/", None, 10).await?,
        ["a/", "a/1", "a/2"],
        "under a/"
    );
    check_eq!(
        all(&fixture, "a", None, 10).await?,
        ["a", "a/", "a/1", "a/2", "a0", "ab"],
        "under a"
    );
    check_eq!(all(&fixture, "a/2", None, 10).await?, ["a/2"], "one key");
    Ok(())
}

async fn order(fixture: KeyValueFixture) -> Outcome {
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
    check_eq!(all(&fixture, "", None, 100).await?, sorted, "keys");
    Ok(())
}

async fn info(fixture: KeyValueFixture) -> Outcome {
    fill(&fixture, &["a", "bb"]).await?;
    let options = ListOptions::default();
    for listed in fixture.store.list(&fixture.prefix, &options).await?.entries {
        let Some(info) = fixture.store.info(&listed.key).await? else {
            return Err(Failure::new(format!(
                "{} is listed and not there",
                listed.key
            )));
        };
        check_eq!(listed.etag, info.etag, "version");
        check_eq!(listed.size, info.size, "size");
        // Listings of some backends count finer than their other answers.
        check!(
            listed
                .modified
                .duration_since(info.modified)
                .abs()
                .as_secs()
                <= 1,
            "modified"
        );
    }
    Ok(())
}

async fn deleted(fixture: KeyValueFixture) -> Outcome {
    fill(&fixture, &["a", "b", "c"]).await?;
    fixture
        .store
        .delete(&fixture.key("b"), &Precondition::None)
        .await?;
    check_eq!(all(&fixture, "", None, 10).await?, ["a", "c"], "keys");
    Ok(())
}

async fn every_page_size(fixture: KeyValueFixture) -> Outcome {
    let names = ["a", "a/", "a/1", "a/1/x", "a/2", "aa", "b", "b!", "b/", "c"];
    fill(&fixture, &names).await?;
    for limit in 1..=names.len() + 1 {
        check_eq!(
            all(&fixture, "", None, limit).await?,
            names,
            "keys in pages of {limit}"
        );
    }
    Ok(())
}

const TREE: [&str; 9] = ["a", "b/1", "b/2", "b/2/x", "c", "d/", "d/1", "e", "f/1"];

async fn delimiter(fixture: KeyValueFixture) -> Outcome {
    fill(&fixture, &TREE).await?;
    let options = ListOptions {
        delimiter: Some('/'),
        ..ListOptions::default()
    };
    let listing = fixture.store.list(&fixture.prefix, &options).await?;
    let keys: Vec<_> = listing
        .entries
        .iter()
        .map(|info| info.key.as_str())
        .collect();
    check_eq!(keys, ["a", "c", "e"].map(|name| fixture.key(name)), "keys");
    check_eq!(
        listing.prefixes,
        ["b/", "d/", "f/"].map(|name| fixture.key(name)),
        "folded"
    );
    // Only what follows the prefix is folded, and a key that ends where folding would is not.
    check_eq!(
        all(&fixture, "b/", Some('/'), 10).await?,
        ["b/1", "b/2", "b/2/"],
        "under b/"
    );
    check_eq!(
        all(&fixture, "d/", Some('/'), 10).await?,
        ["d/", "d/1"],
        "under d/"
    );
    check_eq!(all(&fixture, "b", Some('/'), 10).await?, ["b/"], "under b");
    Ok(())
}

async fn delimiter_pages(fixture: KeyValueFixture) -> Outcome {
    fill(&fixture, &TREE).await?;
    for limit in 1..=7 {
        let mut shown = all(&fixture, "", Some('/'), limit).await?;
        shown.sort();
        check_eq!(
            shown,
            ["a", "b/", "c", "d/", "e", "f/"],
            "shown in pages of {limit}"
        );
    }
    Ok(())
}

async fn delimiter_other(fixture: KeyValueFixture) -> Outcome {
    fill(&fixture, &["a/b-c", "a/b-d", "a/e", "a\u{b7}f"]).await?;
    check_eq!(
        all(&fixture, "", Some('-'), 10).await?,
        ["a/e", "a\u{b7}f", "a/b-"],
        "by hyphen"
    );
    let by_dot = ["a/b-c", "a/b-d", "a/e", "a\u{b7}"];
    check_eq!(
        all(&fixture, "", Some('\u{b7}'), 10).await?,
        by_dot,
        "by a character of two bytes"
    );
    Ok(())
}

async fn changes(fixture: KeyValueFixture) -> Outcome {
    let stable = ["b", "d", "f", "h", "j", "l"];
    fill(&fixture, &stable).await?;
    fill(&fixture, &["c", "i"]).await?;
    let mut seen = Vec::new();
    let mut request = PageRequest::first(2);
    let mut round = 0;
    loop {
        let page = list(&fixture, "", None, request).await?;
        seen.extend(page.items);
        let Some(next) = page.next else { break };
        request = PageRequest::first(2).starting_at(next);
        // Before and behind where the reader is, and the keys it is at.
        fill(&fixture, &["a", "e", "g", "m"][round.min(3)..][..1]).await?;
        let gone = ["c", "i", "a", "e"][round.min(3)];
        fixture
            .store
            .delete(&fixture.key(gone), &Precondition::None)
            .await?;
        round += 1;
        check!(round < 100, "the list does not end");
    }
    check!(seen.is_sorted(), "out of order: {seen:?}");
    for name in stable {
        let times = seen.iter().filter(|key| *key == name).count();
        check_eq!(times, 1, "times {name} was listed in {seen:?}");
    }
    Ok(())
}

async fn cursor_deleted(fixture: KeyValueFixture) -> Outcome {
    fill(&fixture, &["a", "b", "c", "d/1", "e"]).await?;
    let first = list(&fixture, "", Some('/'), PageRequest::first(2)).await?;
    for key in &first.items {
        fixture
            .store
            .delete(&fixture.key(key), &Precondition::None)
            .await?;
    }
    let mut seen = first.items;
    let mut next = first.next;
    while let Some(cursor) = next {
        let page = PageRequest::first(2).starting_at(cursor);
        let page = list(&fixture, "", Some('/'), page).await?;
        seen.extend(page.items);
        next = page.next;
        check!(seen.len() <= 5, "keys are repeated: {seen:?}");
    }
    seen.sort();
    check_eq!(seen, ["a", "b", "c", "d/", "e"], "keys");
    Ok(())
}
