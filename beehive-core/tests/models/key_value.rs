//! Key-value: a sorted map, and a listing that looks at every key.

use std::collections::BTreeMap;

use beehive_core::page::PageRequest;
use beehive_core::store::memory::MemoryKeyValue;
use beehive_core::store::{Etag, KeyValueStore, ListOptions, PutOptions};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::{Expects, expects, failure_of, on_paused_clock, text};

#[derive(Clone, Debug)]
enum Step {
    Put(String, Vec<u8>, Expects),
    Delete(String, Expects),
    Get(String),
    List(String, Option<char>, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let delimiter = option::of(prop_oneof![Just('/'), Just('a'), Just('\u{10FFFF}')]);
    prop_oneof![
        4 => (text(), vec(any::<u8>(), 0..3), expects()).prop_map(|(key, value, expects)| Step::Put(key, value, expects)),
        2 => (text(), expects()).prop_map(|(key, expects)| Step::Delete(key, expects)),
        1 => text().prop_map(Step::Get),
        2 => ("[ab/\u{e9}\u{10FFFF}]{0,2}", delimiter, 1_usize..5).prop_map(|(prefix, delimiter, limit)| Step::List(prefix, delimiter, limit)),
    ]
}

type Model = BTreeMap<String, (Vec<u8>, Etag)>;

/// The keys, each with `false`, and what is folded, each with `true`.
fn shown(model: &Model, prefix: &str, delimiter: Option<char>) -> Vec<(String, bool)> {
    let mut shown: Vec<_> = model
        .keys()
        .filter_map(|key| Some((key, key.strip_prefix(prefix)?)))
        .map(|(key, rest)| {
            let folded = delimiter.and_then(|delimiter| {
                let (name, _) = rest.split_once(delimiter)?;
                Some(format!("{prefix}{name}{delimiter}"))
            });
            folded.map_or_else(|| (key.clone(), false), |folded| (folded, true))
        })
        .collect();
    shown.dedup();
    shown
}

async fn listed(
    store: &MemoryKeyValue,
    prefix: &str,
    delimiter: Option<char>,
    limit: usize,
) -> Result<Vec<(String, bool)>, TestCaseError> {
    let mut all = Vec::new();
    let mut page = PageRequest::first(limit);
    loop {
        let options = ListOptions { delimiter, page };
        let listing = store.list(prefix, &options).await.expect("a listing");
        let keys = listing.entries.into_iter().map(|info| (info.key, false));
        let folded = listing.prefixes.into_iter().map(|prefix| (prefix, true));
        let mut shown: Vec<_> = keys.chain(folded).collect();
        shown.sort();
        let full = shown.len() == limit;
        all.extend(shown);
        let Some(next) = listing.next else {
            return Ok(all);
        };
        prop_assert!(full, "a page before the last is not full");
        page = PageRequest::first(limit).starting_at(next);
    }
}

async fn run(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let (store, mut model) = (MemoryKeyValue::default(), Model::new());
    for step in steps {
        match step {
            Step::Put(key, value, expects) => {
                let there = model.get(&key).map(|(_, etag)| etag);
                let options = PutOptions {
                    precondition: expects.precondition(there),
                    ..PutOptions::default()
                };
                let written = store.put(&key, value.clone().into(), options).await;
                prop_assert_eq!(failure_of(&written), expects.failure(there.is_some()));
                if let Ok(etag) = written {
                    prop_assert!(model.values().all(|(_, other)| *other != etag));
                    model.insert(key, (value, etag));
                }
            }
            Step::Delete(key, expects) => {
                let there = model.get(&key).map(|(_, etag)| etag);
                let deleted = store.delete(&key, &expects.precondition(there)).await;
                prop_assert_eq!(
                    failure_of(&deleted),
                    expects.delete_failure(there.is_some())
                );
                if deleted.is_ok() {
                    model.remove(&key);
                }
            }
            Step::Get(key) => {
                let expected = model.get(&key);
                let info = store.info(&key).await.expect("a read");
                prop_assert_eq!(
                    info.as_ref().map(|info| &info.etag),
                    expected.map(|(_, etag)| etag)
                );
                let read = match store.get(&key).await.expect("a read") {
                    Some(entry) => {
                        Some(entry.value.into_bytes(9).await.expect("few bytes").to_vec())
                    }
                    None => None,
                };
                prop_assert_eq!(read.as_ref(), expected.map(|(value, _)| value));
            }
            Step::List(prefix, delimiter, limit) => {
                let found = listed(&store, &prefix, delimiter, limit).await?;
                prop_assert_eq!(found, shown(&model, &prefix, delimiter));
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_store_does_what_a_sorted_map_does(steps in vec(step(), 1..60)) {
        on_paused_clock(run(steps))?;
    }
}
