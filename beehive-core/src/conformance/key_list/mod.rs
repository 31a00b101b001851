//! What every key-list backend must do.

mod items;
mod preconditions;

use std::fmt;
use std::sync::Arc;

use crate::conformance::support::{case, joined, of_length, pages};
use crate::conformance::{Case, Failure, Outcome, check, check_eq, check_kind};
use crate::page::PageRequest;
use crate::store::{Added, KeyListStore, Precondition};

/// A key-list store, and a place in it that no other run uses.
#[derive(Clone)]
pub struct KeyListFixture {
    /// The store.
    pub store: Arc<dyn KeyListStore>,
    /// What the name of every list of the case starts with: unique, of at most 100 bytes.
    pub prefix: String,
}

impl KeyListFixture {
    /// A fixture whose lists start with this prefix.
    pub fn new(store: impl KeyListStore, prefix: impl Into<String>) -> Self {
        Self {
            store: Arc::new(store),
            prefix: prefix.into(),
        }
    }

    /// The list that most cases use.
    fn ready(&self) -> String {
        format!("{}ready", self.prefix)
    }

    async fn add(&self, key: &str, item: &str) -> crate::Result<Added> {
        self.store
            .add(&self.ready(), key, item, &Precondition::None)
            .await
    }

    async fn fill(&self, key: &str, items: &[&str]) -> Outcome {
        for item in items {
            self.add(key, item).await?;
        }
        Ok(())
    }

    async fn items(&self, key: &str, limit: usize) -> Result<Vec<String>, Failure> {
        let list = self.ready();
        let (store, list) = (&self.store, &list);
        let read = |page| async move { store.items(list, key, &page).await };
        Ok(joined(pages(limit, read).await?))
    }
}

impl fmt::Debug for KeyListFixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyListFixture")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// The cases.
pub fn cases() -> Vec<Case<KeyListFixture>> {
    let mut cases = vec![
        case!("item/add", "an item is new to its list once", add),
        case!(
            "item/remove",
            "a removed item is gone and can be added again",
            remove
        ),
        case!(
            "item/missing",
            "a list that was never added to is empty and cannot fail to be cleared",
            missing
        ),
        case!(
            "item/clear",
            "clearing removes all items of one list and none of another",
            clear
        ),
        case!(
            "item/unicode",
            "items and keys are any text and are kept to the letter",
            unicode
        ),
        case!(
            "item/lists",
            "lists of other names or other keys are other lists",
            lists
        ),
        case!(
            "item/empty_names",
            "an empty list name, key or item is invalid",
            empty_names
        ),
        case!(
            "item/limit",
            "an item of the longest length works, a longer one does not",
            limit
        ),
    ];
    cases.extend(items::cases());
    cases.extend(preconditions::cases());
    cases
}

async fn add(fixture: KeyListFixture) -> Outcome {
    let (store, ready) = (&fixture.store, fixture.ready());
    check!(
        !store.contains(&ready, "1", "a").await?,
        "it is there before"
    );
    check_eq!(fixture.add("1", "a").await?, Added::New, "first");
    check!(store.contains(&ready, "1", "a").await?, "it is not there");
    check_eq!(fixture.add("1", "a").await?, Added::Already, "second");
    check_eq!(fixture.items("1", 10).await?, ["a"], "items");
    Ok(())
}

async fn remove(fixture: KeyListFixture) -> Outcome {
    let (store, ready) = (&fixture.store, fixture.ready());
    fixture.fill("1", &["a", "ab", "b"]).await?;
    for _ in 0..2 {
        store.remove(&ready, "1", "a").await?;
        check!(
            !store.contains(&ready, "1", "a").await?,
            "it is still there"
        );
    }
    check_eq!(fixture.items("1", 10).await?, ["ab", "b"], "items");
    check_eq!(fixture.add("1", "a").await?, Added::New, "added again");
    Ok(())
}

async fn missing(fixture: KeyListFixture) -> Outcome {
    let (store, ready) = (&fixture.store, fixture.ready());
    check!(fixture.items("1", 10).await?.is_empty(), "it has items");
    check!(!store.contains(&ready, "1", "a").await?, "it has an item");
    store.remove(&ready, "1", "a").await?;
    store.clear(&ready, "1").await?;
    Ok(())
}

async fn clear(fixture: KeyListFixture) -> Outcome {
    let many: Vec<String> = (0..60).map(|number| format!("{number:02}")).collect();
    for item in &many {
        fixture.add("1", item).await?;
    }
    fixture.fill("12", &["kept"]).await?;
    fixture.store.clear(&fixture.ready(), "1").await?;
    check!(
        fixture.items("1", 100).await?.is_empty(),
        "it still has items"
    );
    check_eq!(
        fixture.items("12", 10).await?,
        ["kept"],
        "items of another key"
    );
    check_eq!(
        fixture.add("1", "00").await?,
        Added::New,
        "added after clearing"
    );
    Ok(())
}

async fn unicode(fixture: KeyListFixture) -> Outcome {
    let texts = [
        " ",
        "A",
        "a",
        "a b",
        "a/b",
        "e\u{301}",
        "\u{df}",
        "\u{e9}",
        "\u{65e5}\u{672c}",
        "\u{1f41d}",
    ];
    for key in texts {
        fixture.fill(key, &texts).await?;
    }
    for key in texts {
        check_eq!(fixture.items(key, 100).await?, texts, "items of {key:?}");
    }
    Ok(())
}

async fn lists(fixture: KeyListFixture) -> Outcome {
    // The last two would be one if names were merely joined.
    let places = [("a", "x"), ("b", "x"), ("a", "bc"), ("ab", "c")]
        .map(|(list, key)| (format!("{}{list}", fixture.prefix), key));
    for (number, (list, key)) in places.iter().enumerate() {
        let item = number.to_string();
        fixture
            .store
            .add(list, key, &item, &Precondition::None)
            .await?;
    }
    for (number, (list, key)) in places.iter().enumerate() {
        let page = fixture
            .store
            .items(list, key, &PageRequest::default())
            .await?;
        check_eq!(page.items, [number.to_string()], "items of {key} in {list}");
    }
    Ok(())
}

async fn empty_names(fixture: KeyListFixture) -> Outcome {
    let (store, ready) = (&fixture.store, fixture.ready());
    for (list, key, item) in [("", "1", "a"), (&*ready, "", "a"), (&*ready, "1", "")] {
        let added = store.add(list, key, item, &Precondition::None).await;
        check_kind!(added, Invalid, "add");
        check_kind!(store.remove(list, key, item).await, Invalid, "remove");
        check_kind!(store.contains(list, key, item).await, Invalid, "contains");
    }
    for (list, key) in [("", "1"), (&*ready, "")] {
        check_kind!(
            store.items(list, key, &PageRequest::default()).await,
            Invalid,
            "items"
        );
        check_kind!(store.clear(list, key).await, Invalid, "clear");
    }
    Ok(())
}

async fn limit(fixture: KeyListFixture) -> Outcome {
    let (store, ready) = (&fixture.store, fixture.ready());
    let longest = of_length("a", store.capabilities().key_max);
    fixture.add("1", &longest).await?;
    check!(
        store.contains(&ready, "1", &longest).await?,
        "the longest item was lost"
    );
    let longer = format!("{longest}x");
    check_kind!(fixture.add("1", &longer).await, Limit, "add item");
    check_kind!(
        store.contains(&ready, "1", &longer).await,
        Limit,
        "contains"
    );
    check_kind!(store.remove(&ready, "1", &longer).await, Limit, "remove");
    check_kind!(fixture.add(&longer, "a").await, Limit, "add to key");
    check_eq!(fixture.items("1", 10).await?, [longest], "items");
    Ok(())
}
