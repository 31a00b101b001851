//! Collection: a sorted map for each collection.

use std::collections::BTreeMap;

use beehive_core::page::PageRequest;
use beehive_core::store::memory::MemoryCollection;
use beehive_core::store::{CollectionStore, Etag, Range};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::{Expects, expects, failure_of, on_paused_clock, text};

type Place = (&'static str, String);

#[derive(Clone, Debug)]
enum Step {
    Put(Place, Vec<u8>, Expects),
    Delete(Place, Expects),
    Get(Place),
    Range(&'static str, Range, usize),
}

fn collection() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("a"), Just("ab")]
}

fn range() -> impl Strategy<Value = Range> {
    prop_oneof![
        Just(Range::All),
        "[ab/]{0,2}".prop_map(Range::Prefix),
        (text(), text()).prop_map(|(from, to)| Range::Between(from, to)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let place = || (collection(), text());
    prop_oneof![
        4 => (place(), vec(any::<u8>(), 0..3), expects()).prop_map(|(place, data, expects)| Step::Put(place, data, expects)),
        2 => (place(), expects()).prop_map(|(place, expects)| Step::Delete(place, expects)),
        1 => place().prop_map(Step::Get),
        2 => (collection(), range(), 1_usize..5).prop_map(|(collection, range, limit)| Step::Range(collection, range, limit)),
    ]
}

type Model = BTreeMap<Place, (Vec<u8>, Etag)>;

async fn ids(
    store: &MemoryCollection,
    collection: &str,
    range: &Range,
    limit: usize,
) -> Result<Vec<String>, TestCaseError> {
    let mut ids = Vec::new();
    let mut request = PageRequest::first(limit);
    loop {
        let page = store
            .range(collection, range, &request)
            .await
            .expect("a page");
        prop_assert!(
            page.next.is_none() || page.items.len() == limit,
            "a page is not full"
        );
        ids.extend(page.items.into_iter().map(|document| document.id));
        let Some(next) = page.next else {
            return Ok(ids);
        };
        request = PageRequest::first(limit).starting_at(next);
    }
}

async fn run(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let (store, mut model) = (MemoryCollection::default(), Model::new());
    let mut given = Vec::new();
    for step in steps {
        match step {
            Step::Put(place, data, expects) => {
                let there = model.get(&place).map(|(_, etag)| etag);
                let precondition = expects.precondition(there);
                let written = store
                    .put(place.0, &place.1, data.clone().into(), &precondition)
                    .await;
                prop_assert_eq!(failure_of(&written), expects.failure(there.is_some()));
                if let Ok(etag) = written {
                    prop_assert!(!given.contains(&etag), "a version was given twice");
                    given.push(etag.clone());
                    model.insert(place, (data, etag));
                }
            }
            Step::Delete(place, expects) => {
                let there = model.get(&place).map(|(_, etag)| etag);
                let precondition = expects.precondition(there);
                let deleted = store.delete(place.0, &place.1, &precondition).await;
                prop_assert_eq!(
                    failure_of(&deleted),
                    expects.delete_failure(there.is_some())
                );
                if deleted.is_ok() {
                    model.remove(&place);
                }
            }
            Step::Get(place) => {
                let read = store.get(place.0, &place.1).await.expect("a read");
                let read = read.map(|document| (document.data.to_vec(), document.etag));
                prop_assert_eq!(read.as_ref(), model.get(&place));
            }
            Step::Range(collection, range, limit) => {
                let found = ids(&store, collection, &range, limit).await?;
                let expected: Vec<_> = model
                    .keys()
                    .filter(|(of, id)| *of == collection && range.contains(id))
                    .map(|(_, id)| id.clone())
                    .collect();
                prop_assert_eq!(found, expected);
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
